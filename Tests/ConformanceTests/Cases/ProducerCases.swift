// Idempotent producers: epochs, sequences, duplicates, fencing, closing.

import Testing
import VarveServer

/// Claims about idempotent producers.
enum ProducerCases {
    /// Every case of this topic.
    static let all: [ConformanceCase] = acceptance + refusals + closing

    private static let acceptance: [ConformanceCase] = [
        ConformanceCase("a producer's append is 200 and echoes epoch and highest sequence") {
            s throws in
            try s.put("a")
            let reply = try s.post("a", s.producer("p", 0, 0), body: "hello")
            #expect(reply.status == 200)
            #expect(reply["producer-epoch"] == "0")
            #expect(reply["producer-seq"] == "0")
            #expect(reply.nextOffset == "0000000000000001_0000000000000005")
            #expect(reply.body.isEmpty)
            #expect(try s.get("a").text == "hello")
        },
        ConformanceCase("a producer's sequences follow one another") { s throws in
            try s.put("a")
            for sequence in 0..<5 {
                let reply = try s.post(
                    "a", s.producer("p", 0, UInt64(sequence)), body: "m\(sequence)")
                #expect(reply.status == 200)
                #expect(reply["producer-seq"] == "\(sequence)")
            }
            #expect(try s.get("a").text == "m0m1m2m3m4")
        },
        ConformanceCase("a duplicate is 204 with the highest accepted sequence, and adds nothing") {
            s in
            try s.put("a")
            for sequence in 0..<3 {
                try s.post("a", s.producer("p", 0, UInt64(sequence)), body: "m")
            }
            let duplicate = try s.post("a", s.producer("p", 0, 1), body: "m")
            #expect(duplicate.status == 204)
            #expect(duplicate["producer-epoch"] == "0")
            #expect(duplicate["producer-seq"] == "2")
            #expect(duplicate.nextOffset == "0000000000000003_0000000000000003")
            #expect(try s.get("a").text == "mmm")
        },
        ConformanceCase("after a duplicate the next sequence is accepted") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "first")
            #expect(try s.post("a", s.producer("p", 0, 0), body: "first").status == 204)
            #expect(try s.post("a", s.producer("p", 0, 1), body: "second").status == 200)
            #expect(try s.get("a").text == "firstsecond")
        },
        ConformanceCase("a newer epoch begins at sequence 0") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            try s.post("a", s.producer("p", 0, 1), body: "x")
            let reply = try s.post("a", s.producer("p", 1, 0), body: "y")
            #expect(reply.status == 200)
            #expect(reply["producer-epoch"] == "1")
            #expect(reply["producer-seq"] == "0")
            #expect(try s.get("a").text == "xxy")
        },
        ConformanceCase("producers are independent of one another") { s throws in
            try s.put("a")
            for sequence in 0..<2 {
                for id in ["A", "B"] {
                    let reply = try s.post(
                        "a", s.producer(id, 0, UInt64(sequence)), body: "\(id)\(sequence)")
                    #expect(reply.status == 200)
                }
            }
            #expect(try s.get("a").text == "A0B0A1B1")
        },
        ConformanceCase("a producer is known per stream") { s throws in
            try s.put("a")
            try s.put("b")
            #expect(try s.post("a", s.producer("p", 5, 0), body: "x").status == 200)
            #expect(try s.post("b", s.producer("p", 0, 0), body: "x").status == 200)
        },
        ConformanceCase("a producer's duplicate is found before its Stream-Seq conflicts") {
            s throws in
            try s.put("a")
            let headers = s.producer("p", 0, 0) + [("Stream-Seq", "s1")]
            #expect(try s.post("a", headers, body: "x").status == 200)
            #expect(try s.post("a", headers, body: "x").status == 204)
            let conflict = s.producer("p", 0, 1) + [("Stream-Seq", "s1")]
            #expect(try s.post("a", conflict, body: "x").status == 409)
            let good = s.producer("p", 0, 1) + [("Stream-Seq", "s2")]
            #expect(try s.post("a", good, body: "x").status == 200)
        },
        ConformanceCase("the largest epoch and sequence are 2^53 - 1") { s throws in
            try s.put("a")
            let largest: UInt64 = 9_007_199_254_740_991
            #expect(try s.post("a", s.producer("p", largest, 0), body: "x").status == 200)
            #expect(try s.post("a", s.producer("q", largest + 1, 0), body: "x").status == 400)
            #expect(try s.post("a", s.producer("r", 0, largest + 1), body: "x").status == 400)
            let gap = try s.post("a", s.producer("r", 0, largest), body: "x")
            #expect(gap.status == 409)
            #expect(gap["producer-received-seq"] == "9007199254740991")
        },
        ConformanceCase("pipelined appends of one producer are serialised") { s throws in
            try s.put("a")
            let connection = try s.connect()
            var bytes: [UInt8] = []
            for sequence in 0..<20 {
                bytes += s.bytes(
                    "POST", s.path("a"),
                    [("Content-Type", "text/plain")] + s.producer("p", 0, UInt64(sequence)),
                    Array("\(sequence),".utf8))
            }
            try connection.send(bytes)
            for sequence in 0..<20 {
                let reply = try connection.readReply()
                #expect(reply.status == 200)
                #expect(reply["producer-seq"] == "\(sequence)")
            }
            #expect(try s.get("a").text == (0..<20).map { "\($0)," }.joined())
        },
        ConformanceCase("producers work in JSON mode, duplicates included") { s throws in
            try s.put("a", type: "application/json")
            let json = "application/json"
            #expect(
                try s.post("a", type: json, s.producer("p", 0, 0), body: #"{"id":1}"#).status == 200
            )
            #expect(
                try s.post("a", type: json, s.producer("p", 0, 0), body: #"{"id":1}"#).status == 204
            )
            #expect(
                try s.post("a", type: json, s.producer("p", 0, 1), body: #"[{"id":2},3]"#).status
                    == 200)
            #expect(try s.get("a").text == #"[{"id":1},{"id":2},3]"#)
        },
    ]

    private static let refusals: [ConformanceCase] = [
        ConformanceCase("an older epoch is 403 with the current one") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 2, 0), body: "x")
            let reply = try s.post("a", s.producer("p", 1, 0), body: "zombie")
            #expect(reply.status == 403)
            #expect(reply["producer-epoch"] == "2")
            #expect(reply.problemCode == "producer-fenced")
            #expect(try s.get("a").text == "x")
        },
        ConformanceCase("a gap is 409 with the expected and the received sequence") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            let reply = try s.post("a", s.producer("p", 0, 2), body: "x")
            #expect(reply.status == 409)
            #expect(reply["producer-expected-seq"] == "1")
            #expect(reply["producer-received-seq"] == "2")
            #expect(reply.problemCode == "producer-gap")
            #expect(reply.closed == nil)
        },
        ConformanceCase("a first contact with a sequence above 0 is a gap from 0") { s throws in
            try s.put("a")
            let reply = try s.post("a", s.producer("p", 0, 3), body: "x")
            #expect(reply.status == 409)
            #expect(reply["producer-expected-seq"] == "0")
            #expect(reply["producer-received-seq"] == "3")
        },
        ConformanceCase("a newer epoch that does not begin at 0 is 400") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            let reply = try s.post("a", s.producer("p", 1, 5), body: "x")
            #expect(reply.status == 400)
            #expect(reply.problemCode == "producer-epoch-not-at-zero")
        },
        ConformanceCase("producer headers come all three or not at all") { s throws in
            try s.put("a")
            let all = s.producer("p", 0, 0)
            for mask in 1..<7 {
                let some = all.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
                let reply = try s.post("a", some, body: "x")
                #expect(reply.status == 400, "\(some)")
                #expect(reply.problemCode == "invalid-producer", "\(some)")
            }
            #expect(try s.get("a").body.isEmpty)
        },
        ConformanceCase("an empty Producer-Id is 400") { s throws in
            try s.put("a")
            #expect(try s.post("a", s.producer("", 0, 0), body: "x").status == 400)
        },
        ConformanceCase("epoch and sequence are digits only") { s throws in
            try s.put("a")
            for value in ["1abc", "0x1", "1e3", "-1", "+1", "1.0", " ", "", "18446744073709551616"]
            {
                let badEpoch = [
                    ("Producer-Id", "p"), ("Producer-Epoch", value), ("Producer-Seq", "0"),
                ]
                #expect(try s.post("a", badEpoch, body: "x").status == 400, "epoch \(value)")
                let badSequence = [
                    ("Producer-Id", "p"), ("Producer-Epoch", "0"), ("Producer-Seq", value),
                ]
                #expect(try s.post("a", badSequence, body: "x").status == 400, "seq \(value)")
            }
            #expect(try s.post("a", s.producer("p", 0, 0), body: "x").status == 200)
        },
        ConformanceCase("refused requests do not advance the producer") { s throws in
            try s.put("a", type: "application/json")
            let json = "application/json"
            #expect(
                try s.post("a", type: json, s.producer("p", 0, 0), body: "{ bad }").status == 400)
            #expect(try s.post("a", type: json, s.producer("p", 0, 0), body: "[]").status == 400)
            #expect(try s.post("a", type: json, s.producer("p", 0, 0), body: "").status == 400)
            #expect(
                try s.post("a", type: "text/plain", s.producer("p", 0, 0), body: "x").status == 409)
            #expect(try s.post("a", type: json, s.producer("p", 0, 0), body: "1").status == 200)
        },
        ConformanceCase("a producer's append to a missing stream is 404") { s throws in
            #expect(try s.post("absent", s.producer("p", 0, 0), body: "x").status == 404)
        },
    ]

    private static let closing: [ConformanceCase] = [
        ConformanceCase("an append-and-close by a producer is 200 with all headers") { s throws in
            try s.put("a")
            let reply = try s.post(
                "a", s.producer("p", 0, 0) + [("Stream-Closed", "true")], body: "final")
            #expect(reply.status == 200)
            #expect(reply.closed == "true")
            #expect(reply["producer-epoch"] == "0")
            #expect(reply["producer-seq"] == "0")
            #expect(try s.get("a").text == "final")
        },
        ConformanceCase("a close-only by a producer is 204 and advances the producer") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            let reply = try s.post(
                "a", type: nil, s.producer("p", 0, 1) + [("Stream-Closed", "true")])
            #expect(reply.status == 204)
            #expect(reply.closed == "true")
            #expect(reply["producer-epoch"] == "0")
            #expect(reply["producer-seq"] == "1")
        },
        ConformanceCase("the closing tuple again is 204 with Stream-Closed") { s throws in
            try s.put("a")
            let closing = s.producer("p", 0, 0) + [("Stream-Closed", "true")]
            #expect(try s.post("a", closing, body: "final").status == 200)
            let again = try s.post("a", closing, body: "final")
            #expect(again.status == 204)
            #expect(again.closed == "true")
            #expect(again.nextOffset == "0000000000000001_0000000000000005")
            try s.put("b")
            #expect(try s.post("b", type: nil, closing).status == 204)
            let closeAgain = try s.post("b", type: nil, closing)
            #expect(closeAgain.status == 204)
            #expect(closeAgain.closed == "true")
        },
        ConformanceCase("the closing tuple with another body keeps the original") { s throws in
            try s.put("a")
            let closing = s.producer("p", 0, 0) + [("Stream-Closed", "true")]
            #expect(try s.post("a", closing, body: "body A").status == 200)
            #expect(try s.post("a", closing, body: "body B").status == 204)
            #expect(try s.get("a").text == "body A")
        },
        ConformanceCase("on a closed stream any other tuple is 409 with the final offset") {
            s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 1, 0), body: "x")
            let final = try s.post(
                "a", s.producer("p", 1, 1) + [("Stream-Closed", "true")], body: "y")
            for tuple in [
                s.producer("q", 0, 0), s.producer("p", 1, 2), s.producer("p", 2, 0),
                s.producer("p", 1, 0),
                s.producer("p", 0, 0),
            ] {
                for headers in [tuple, tuple + [("Stream-Closed", "true")]] {
                    let reply = try s.post("a", headers, body: "z")
                    #expect(reply.status == 409, "\(headers)")
                    #expect(reply.closed == "true")
                    #expect(reply.nextOffset == final.nextOffset)
                }
            }
            #expect(try s.get("a").text == "xy")
        },
        ConformanceCase("a producer cannot repeat a plain close") { s throws in
            try s.put("a")
            try s.close("a")
            let reply = try s.post(
                "a", s.producer("p", 0, 0) + [("Stream-Closed", "true")], body: "x")
            #expect(reply.status == 409)
            #expect(reply.closed == "true")
        },
        ConformanceCase("a plain close of a stream that a producer closed is 204") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0) + [("Stream-Closed", "true")], body: "x")
            let reply = try s.close("a")
            #expect(reply.status == 204)
            #expect(reply.closed == "true")
        },
    ]
}
