// Idempotent producers: epochs, sequences, duplicates, fencing, closing.

/// Claims about idempotent producers.
package enum ProducerCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = acceptance + refusals + closing

    private static let acceptance: [ConformanceCase] = [
        ConformanceCase("a producer's append is 200 and echoes epoch and highest sequence") {
            s throws in
            try s.put("a")
            let reply = try s.post("a", s.producer("p", 0, 0), body: "hello")
            s.expect(reply.status, equals: 200)
            s.expect(reply["producer-epoch"], equals: "0")
            s.expect(reply["producer-seq"], equals: "0")
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000005")
            s.expect(reply.body.isEmpty)
            try s.expect(s.get("a").text, equals: "hello")
        },
        ConformanceCase("a producer's sequences follow one another") { s throws in
            try s.put("a")
            for sequence in 0..<5 {
                let reply = try s.post(
                    "a", s.producer("p", 0, UInt64(sequence)), body: "m\(sequence)")
                s.expect(reply.status, equals: 200)
                s.expect(reply["producer-seq"], equals: "\(sequence)")
            }
            try s.expect(s.get("a").text, equals: "m0m1m2m3m4")
        },
        ConformanceCase("a duplicate is 204 with the highest accepted sequence, and adds nothing") {
            s in
            try s.put("a")
            for sequence in 0..<3 {
                try s.post("a", s.producer("p", 0, UInt64(sequence)), body: "m")
            }
            let duplicate = try s.post("a", s.producer("p", 0, 1), body: "m")
            s.expect(duplicate.status, equals: 204)
            s.expect(duplicate["producer-epoch"], equals: "0")
            s.expect(duplicate["producer-seq"], equals: "2")
            s.expect(duplicate.nextOffset, equals: "0000000000000003_0000000000000003")
            try s.expect(s.get("a").text, equals: "mmm")
        },
        ConformanceCase("after a duplicate the next sequence is accepted") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "first")
            try s.expect(s.post("a", s.producer("p", 0, 0), body: "first").status, equals: 204)
            try s.expect(s.post("a", s.producer("p", 0, 1), body: "second").status, equals: 200)
            try s.expect(s.get("a").text, equals: "firstsecond")
        },
        ConformanceCase("a newer epoch begins at sequence 0") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            try s.post("a", s.producer("p", 0, 1), body: "x")
            let reply = try s.post("a", s.producer("p", 1, 0), body: "y")
            s.expect(reply.status, equals: 200)
            s.expect(reply["producer-epoch"], equals: "1")
            s.expect(reply["producer-seq"], equals: "0")
            try s.expect(s.get("a").text, equals: "xxy")
        },
        ConformanceCase("producers are independent of one another") { s throws in
            try s.put("a")
            for sequence in 0..<2 {
                for id in ["A", "B"] {
                    let reply = try s.post(
                        "a", s.producer(id, 0, UInt64(sequence)), body: "\(id)\(sequence)")
                    s.expect(reply.status, equals: 200)
                }
            }
            try s.expect(s.get("a").text, equals: "A0B0A1B1")
        },
        ConformanceCase("a producer is known per stream") { s throws in
            try s.put("a")
            try s.put("b")
            try s.expect(s.post("a", s.producer("p", 5, 0), body: "x").status, equals: 200)
            try s.expect(s.post("b", s.producer("p", 0, 0), body: "x").status, equals: 200)
        },
        ConformanceCase("a producer's duplicate is found before its Stream-Seq conflicts") {
            s throws in
            try s.put("a")
            let headers = s.producer("p", 0, 0) + [("Stream-Seq", "s1")]
            try s.expect(s.post("a", headers, body: "x").status, equals: 200)
            try s.expect(s.post("a", headers, body: "x").status, equals: 204)
            let conflict = s.producer("p", 0, 1) + [("Stream-Seq", "s1")]
            try s.expect(s.post("a", conflict, body: "x").status, equals: 409)
            let good = s.producer("p", 0, 1) + [("Stream-Seq", "s2")]
            try s.expect(s.post("a", good, body: "x").status, equals: 200)
        },
        ConformanceCase("the largest epoch and sequence are 2^53 - 1") { s throws in
            try s.put("a")
            let largest: UInt64 = 9_007_199_254_740_991
            try s.expect(s.post("a", s.producer("p", largest, 0), body: "x").status, equals: 200)
            try s.expect(
                s.post("a", s.producer("q", largest + 1, 0), body: "x").status, equals: 400)
            try s.expect(
                s.post("a", s.producer("r", 0, largest + 1), body: "x").status, equals: 400)
            let gap = try s.post("a", s.producer("r", 0, largest), body: "x")
            s.expect(gap.status, equals: 409)
            s.expect(gap["producer-received-seq"], equals: "9007199254740991")
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
                s.expect(reply.status, equals: 200)
                s.expect(reply["producer-seq"], equals: "\(sequence)")
            }
            try s.expect(s.get("a").text, equals: (0..<20).map { "\($0)," }.joined())
        },
        ConformanceCase("producers work in JSON mode, duplicates included") { s throws in
            try s.put("a", type: "application/json")
            let json = "application/json"
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 0), body: #"{"id":1}"#).status,
                equals: 200)
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 0), body: #"{"id":1}"#).status,
                equals: 204)
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 1), body: #"[{"id":2},3]"#).status,
                equals: 200)
            try s.expect(s.get("a").text, equals: #"[{"id":1},{"id":2},3]"#)
        },
    ]

    private static let refusals: [ConformanceCase] = [
        ConformanceCase("an older epoch is 403 with the current one") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 2, 0), body: "x")
            let reply = try s.post("a", s.producer("p", 1, 0), body: "zombie")
            s.expect(reply.status, equals: 403)
            s.expect(reply["producer-epoch"], equals: "2")
            s.expect(reply, isProblem: "producer-fenced")
            try s.expect(s.get("a").text, equals: "x")
        },
        ConformanceCase("a gap is 409 with the expected and the received sequence") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            let reply = try s.post("a", s.producer("p", 0, 2), body: "x")
            s.expect(reply.status, equals: 409)
            s.expect(reply["producer-expected-seq"], equals: "1")
            s.expect(reply["producer-received-seq"], equals: "2")
            s.expect(reply, isProblem: "producer-gap")
            s.expect(reply.closed, equals: nil)
        },
        ConformanceCase("a first contact with a sequence above 0 is a gap from 0") { s throws in
            try s.put("a")
            let reply = try s.post("a", s.producer("p", 0, 3), body: "x")
            s.expect(reply.status, equals: 409)
            s.expect(reply["producer-expected-seq"], equals: "0")
            s.expect(reply["producer-received-seq"], equals: "3")
        },
        ConformanceCase("a newer epoch that does not begin at 0 is 400") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            let reply = try s.post("a", s.producer("p", 1, 5), body: "x")
            s.expect(reply.status, equals: 400)
            s.expect(reply, isProblem: "producer-epoch-not-at-zero")
        },
        ConformanceCase("producer headers come all three or not at all") { s throws in
            try s.put("a")
            let all = s.producer("p", 0, 0)
            for mask in 1..<7 {
                let some = all.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
                let reply = try s.post("a", some, body: "x")
                s.expect(reply.status, equals: 400, "\(some)")
                s.expect(reply, isProblem: "invalid-producer", "\(some)")
            }
            try s.expect(s.get("a").body.isEmpty)
        },
        ConformanceCase("an empty Producer-Id is 400") { s throws in
            try s.put("a")
            try s.expect(s.post("a", s.producer("", 0, 0), body: "x").status, equals: 400)
        },
        ConformanceCase("epoch and sequence are digits only") { s throws in
            try s.put("a")
            for value in ["1abc", "0x1", "1e3", "-1", "+1", "1.0", " ", "", "18446744073709551616"]
            {
                let badEpoch = [
                    ("Producer-Id", "p"), ("Producer-Epoch", value), ("Producer-Seq", "0"),
                ]
                try s.expect(s.post("a", badEpoch, body: "x").status, equals: 400, "epoch \(value)")
                let badSequence = [
                    ("Producer-Id", "p"), ("Producer-Epoch", "0"), ("Producer-Seq", value),
                ]
                try s.expect(
                    s.post("a", badSequence, body: "x").status, equals: 400, "seq \(value)")
            }
            try s.expect(s.post("a", s.producer("p", 0, 0), body: "x").status, equals: 200)
        },
        ConformanceCase("refused requests do not advance the producer") { s throws in
            try s.put("a", type: "application/json")
            let json = "application/json"
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 0), body: "{ bad }").status, equals: 400)
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 0), body: "[]").status, equals: 400)
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 0), body: "").status, equals: 400)
            try s.expect(
                s.post("a", type: "text/plain", s.producer("p", 0, 0), body: "x").status,
                equals: 409)
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 0), body: "1").status, equals: 200)
        },
        ConformanceCase("a producer's append to a missing stream is 404") { s throws in
            try s.expect(s.post("absent", s.producer("p", 0, 0), body: "x").status, equals: 404)
        },
    ]

    private static let closing: [ConformanceCase] = [
        ConformanceCase("an append-and-close by a producer is 200 with all headers") { s throws in
            try s.put("a")
            let reply = try s.post(
                "a", s.producer("p", 0, 0) + [("Stream-Closed", "true")], body: "final")
            s.expect(reply.status, equals: 200)
            s.expect(reply.closed, equals: "true")
            s.expect(reply["producer-epoch"], equals: "0")
            s.expect(reply["producer-seq"], equals: "0")
            try s.expect(s.get("a").text, equals: "final")
        },
        ConformanceCase("a close-only by a producer is 204 and advances the producer") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0), body: "x")
            let reply = try s.post(
                "a", type: nil, s.producer("p", 0, 1) + [("Stream-Closed", "true")])
            s.expect(reply.status, equals: 204)
            s.expect(reply.closed, equals: "true")
            s.expect(reply["producer-epoch"], equals: "0")
            s.expect(reply["producer-seq"], equals: "1")
        },
        ConformanceCase("the closing tuple again is 204 with Stream-Closed") { s throws in
            try s.put("a")
            let closing = s.producer("p", 0, 0) + [("Stream-Closed", "true")]
            try s.expect(s.post("a", closing, body: "final").status, equals: 200)
            let again = try s.post("a", closing, body: "final")
            s.expect(again.status, equals: 204)
            s.expect(again.closed, equals: "true")
            s.expect(again.nextOffset, equals: "0000000000000001_0000000000000005")
            try s.put("b")
            try s.expect(s.post("b", type: nil, closing).status, equals: 204)
            let closeAgain = try s.post("b", type: nil, closing)
            s.expect(closeAgain.status, equals: 204)
            s.expect(closeAgain.closed, equals: "true")
        },
        ConformanceCase("the closing tuple with another body keeps the original") { s throws in
            try s.put("a")
            let closing = s.producer("p", 0, 0) + [("Stream-Closed", "true")]
            try s.expect(s.post("a", closing, body: "body A").status, equals: 200)
            try s.expect(s.post("a", closing, body: "body B").status, equals: 204)
            try s.expect(s.get("a").text, equals: "body A")
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
                    s.expect(reply.status, equals: 409, "\(headers)")
                    s.expect(reply.closed, equals: "true")
                    s.expect(reply.nextOffset, equals: final.nextOffset)
                }
            }
            try s.expect(s.get("a").text, equals: "xy")
        },
        ConformanceCase("a producer cannot repeat a plain close") { s throws in
            try s.put("a")
            try s.close("a")
            let reply = try s.post(
                "a", s.producer("p", 0, 0) + [("Stream-Closed", "true")], body: "x")
            s.expect(reply.status, equals: 409)
            s.expect(reply.closed, equals: "true")
        },
        ConformanceCase("a plain close of a stream that a producer closed is 204") { s throws in
            try s.put("a")
            try s.post("a", s.producer("p", 0, 0) + [("Stream-Closed", "true")], body: "x")
            let reply = try s.close("a")
            s.expect(reply.status, equals: 204)
            s.expect(reply.closed, equals: "true")
        },
    ]
}
