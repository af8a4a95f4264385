// POST: appending, content types, Stream-Seq, limits.

/// Claims about appending.
package enum AppendCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("POST appends: 204 with the new tail, and no body") { s throws in
            try s.put("a")
            let reply = try s.post("a", body: "hello")
            s.expect(reply.status, equals: 204)
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000005")
            s.expect(reply["content-length"], equals: nil)
            s.expect(reply["content-type"], equals: nil)
            try s.expect(s.get("a").text, equals: "hello")
        },
        ConformanceCase("appends follow one another in order") { s throws in
            try s.put("a", body: "one")
            try s.post("a", body: "two")
            try s.post("a", body: "three")
            try s.expect(s.get("a").text, equals: "onetwothree")
        },
        ConformanceCase("offsets increase strictly, also as strings") { s throws in
            try s.put("a")
            var offsets: [String] = []
            for index in 0..<40 {
                offsets.append(try s.post("a", body: "chunk \(index)").nextOffset ?? "")
            }
            s.expect(offsets, equals: offsets.sorted())
            s.expect(Set(offsets).count, equals: offsets.count)
            s.expect(offsets.allSatisfy { $0.utf8.count == 33 })
        },
        ConformanceCase("an append that was answered is read at once") { s throws in
            try s.put("a")
            for index in 0..<20 {
                let offset = try s.post("a", body: "m\(index);").nextOffset
                let read = try s.get("a")
                s.expect(read.text.hasSuffix("m\(index);"))
                s.expect(read.nextOffset, equals: offset)
            }
        },
        ConformanceCase("every byte value survives") { s throws in
            try s.put("a", type: "application/octet-stream")
            let bytes = (0...255).map(UInt8.init) + (0...255).reversed().map(UInt8.init)
            let reply = try s.request(
                "POST", s.path("a"), [("Content-Type", "application/octet-stream")], body: bytes)
            s.expect(reply.status, equals: 204)
            try s.expect(s.get("a").body, equals: bytes)
        },
        ConformanceCase("a chunked append is one append") { s throws in
            try s.put("a")
            let connection = try s.begin(
                "POST", s.path("a"),
                [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
                body: Array("3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nTrailer: t\r\n\r\n".utf8))
            let reply = try connection.readReply()
            s.expect(reply.status, equals: 204)
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000004")
            try s.expect(s.get("a").text, equals: "abcd")
        },
        ConformanceCase("POST to a stream that does not exist is 404") { s throws in
            let reply = try s.post("absent", body: "x")
            s.expect(reply.status, equals: 404)
            s.expect(reply, isProblem: "not-found")
        },
        ConformanceCase("POST without content type is 400") { s throws in
            try s.put("a")
            let reply = try s.post("a", type: nil, body: "x")
            s.expect(reply.status, equals: 400)
            s.expect(reply, isProblem: "missing-content-type")
        },
        ConformanceCase("POST with an empty content type is 400") { s throws in
            try s.put("a")
            try s.expect(s.post("a", type: "", body: "x").status, equals: 400)
        },
        ConformanceCase("POST with another content type is 409") { s throws in
            try s.put("a", type: "text/plain")
            let reply = try s.post("a", type: "application/json", body: "{}")
            s.expect(reply.status, equals: 409)
            s.expect(reply, isProblem: "content-type-mismatch")
            try s.expect(s.get("a").body.isEmpty)
        },
        ConformanceCase("POST compares content types without case and parameters") { s throws in
            try s.put("a", type: "text/plain")
            try s.expect(s.post("a", type: "TEXT/PLAIN", body: "x").status, equals: 204)
            try s.expect(
                s.post("a", type: "text/plain; charset=utf-8", body: "x").status, equals: 204)
        },
        ConformanceCase("header names are accepted in any case") { s throws in
            try s.put("a")
            let reply = try s.post(
                "a", type: nil, [("cOnTeNt-TyPe", "text/plain"), ("STREAM-SEQ", "001")], body: "x")
            s.expect(reply.status, equals: 204)
            try s.expect(s.post("a", [("stream-seq", "001")], body: "x").status, equals: 409)
        },
        ConformanceCase("an empty body is 400") { s throws in
            try s.put("a")
            let reply = try s.post("a", body: "")
            s.expect(reply.status, equals: 400)
            s.expect(reply, isProblem: "empty-body")
            try s.expect(s.post("a").status, equals: 400)
        },
        ConformanceCase("Stream-Seq must grow, bytewise") { s throws in
            try s.put("a")
            try s.expect(s.post("a", [("Stream-Seq", "001")], body: "x").status, equals: 204)
            try s.expect(s.post("a", [("Stream-Seq", "002")], body: "x").status, equals: 204)
            let regression = try s.post("a", [("Stream-Seq", "001")], body: "x")
            s.expect(regression.status, equals: 409)
            s.expect(regression, isProblem: "sequence-conflict")
            try s.expect(s.post("a", [("Stream-Seq", "002")], body: "x").status, equals: 409)
            try s.expect(s.get("a").text, equals: "xx")
        },
        ConformanceCase("Stream-Seq is not compared as a number") { s throws in
            try s.put("a")
            try s.expect(s.post("a", [("Stream-Seq", "2")], body: "x").status, equals: 204)
            try s.expect(s.post("a", [("Stream-Seq", "10")], body: "x").status, equals: 409)
            try s.put("b")
            try s.expect(s.post("b", [("Stream-Seq", "09")], body: "x").status, equals: 204)
            try s.expect(s.post("b", [("Stream-Seq", "10")], body: "x").status, equals: 204)
        },
        ConformanceCase("Stream-Seq is compared with case") { s throws in
            try s.put("a")
            try s.expect(s.post("a", [("Stream-Seq", "a")], body: "x").status, equals: 204)
            try s.expect(s.post("a", [("Stream-Seq", "B")], body: "x").status, equals: 409)
        },
        ConformanceCase("a Stream-Seq with the last one as its prefix is greater") { s throws in
            try s.put("a")
            try s.expect(s.post("a", [("Stream-Seq", "a")], body: "x").status, equals: 204)
            try s.expect(s.post("a", [("Stream-Seq", "a0")], body: "x").status, equals: 204)
            try s.expect(s.post("a", [("Stream-Seq", "a")], body: "x").status, equals: 409)
        },
        ConformanceCase("appends without Stream-Seq leave the last one as it was") { s throws in
            try s.put("a")
            try s.post("a", [("Stream-Seq", "5")], body: "x")
            try s.expect(s.post("a", body: "x").status, equals: 204)
            try s.expect(s.post("a", [("Stream-Seq", "5")], body: "x").status, equals: 409)
        },
        ConformanceCase("a refused append does not move Stream-Seq") { s throws in
            try s.put("a", type: "application/json")
            try s.expect(
                s.post("a", type: "application/json", [("Stream-Seq", "5")], body: "{").status,
                equals: 400)
            try s.expect(
                s.post("a", type: "application/json", [("Stream-Seq", "5")], body: "1").status,
                equals: 204)
        },
        ConformanceCase("conflicts are reported in the order closed, content type, Stream-Seq") {
            s in
            try s.put("a")
            try s.post("a", [("Stream-Seq", "5")], body: "x")
            let wrongTwice = try s.post("a", type: "text/html", [("Stream-Seq", "1")], body: "x")
            s.expect(wrongTwice, isProblem: "content-type-mismatch")
            try s.close("a")
            let wrongThrice = try s.post("a", type: "text/html", [("Stream-Seq", "1")], body: "x")
            s.expect(wrongThrice.status, equals: 409)
            s.expect(wrongThrice, isProblem: "stream-closed")
        },
        ConformanceCase(
            "a body of exactly the limit is taken, one more byte is 413",
            on: [.maxBodyBytes(1000)]
        ) { s throws in
            try s.put("a")
            try s.expect(s.post("a", body: String(repeating: "x", count: 1000)).status, equals: 204)
            let reply = try s.post("a", body: String(repeating: "x", count: 1001))
            s.expect(reply.status, equals: 413)
            s.expect(reply, isProblem: "content-too-large")
            try s.expect(s.get("a").body.count, equals: 1000)
        },
        ConformanceCase(
            "a chunked body is 413 as soon as it crosses the limit",
            on: [.maxBodyBytes(1000)]
        ) { s throws in
            try s.put("a")
            let chunk = "200\r\n" + String(repeating: "x", count: 512) + "\r\n"
            let connection = try s.begin(
                "POST", s.path("a"),
                [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
                body: Array((chunk + chunk).utf8))
            try s.expect(connection.readReply().status, equals: 413)
            try s.expect(s.get("a").body.isEmpty)
        },
        ConformanceCase(
            "a client that sends a body far over the limit still sees the 413",
            on: [.maxBodyBytes(1000)]
        ) { s throws in
            try s.put("a")
            let connection = try s.connect()
            connection.sendTolerantly(
                s.bytes(
                    "POST", s.path("a"), [("Content-Type", "text/plain")],
                    [UInt8](repeating: 0x78, count: 4 << 20)))
            try s.expect(connection.readReply().status, equals: 413)
        },
        ConformanceCase(
            "a stream over its byte quota is 507, and others go on",
            on: [.maxStreamBytes(100)]
        ) { s throws in
            try s.put("a")
            try s.expect(s.post("a", body: String(repeating: "x", count: 100)).status, equals: 204)
            let reply = try s.post("a", body: "x")
            s.expect(reply.status, equals: 507)
            s.expect(reply, isProblem: "stream-quota")
            try s.expect(s.put("b", body: "x").status, equals: 201)
            try s.expect(s.get("a").body.count, equals: 100)
        },
        ConformanceCase(
            "all streams over the total quota are 507, and reads go on",
            on: [.maxTotalBytes(100)]
        ) { s throws in
            try s.put("a", body: String(repeating: "x", count: 60))
            try s.put("b")
            let reply = try s.post("b", body: String(repeating: "x", count: 60))
            s.expect(reply.status, equals: 507)
            s.expect(reply, isProblem: "total-quota")
            try s.expect(s.get("a").body.count, equals: 60)
            try s.expect(s.delete("a").status, equals: 204)
            try s.expect(s.post("b", body: String(repeating: "x", count: 60)).status, equals: 204)
        },
        ConformanceCase(
            "a large append is one record and comes back whole",
            on: [.largeBodies]
        ) { s throws in
            try s.put("a", type: "application/octet-stream")
            let bytes = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let reply = try s.request(
                "POST", s.path("a"), [("Content-Type", "application/octet-stream")], body: bytes)
            s.expect(reply.status, equals: 204)
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000300000")
            try s.expect(s.get("a").body, equals: bytes)
        },
        ConformanceCase("pipelined appends are all taken, in order, and answered in order") {
            s throws in
            try s.put("a")
            let connection = try s.connect()
            var bytes: [UInt8] = []
            for index in 0..<64 {
                bytes += s.bytes(
                    "POST", s.path("a"), [("Content-Type", "text/plain")], Array("<\(index)>".utf8))
            }
            try connection.send(bytes)
            var last = ""
            for _ in 0..<64 {
                let reply = try connection.readReply()
                s.expect(reply.status, equals: 204)
                s.expect(reply.nextOffset ?? "" > last)
                last = reply.nextOffset ?? ""
            }
            try s.expect(s.get("a").text, equals: (0..<64).map { "<\($0)>" }.joined())
        },
        ConformanceCase("writers on many connections lose nothing") { s throws in
            try s.put("a")
            let connections = try (0..<10).map { index in
                try s.begin(
                    "POST", s.path("a"), [("Content-Type", "text/plain")],
                    body: Array("[w\(index)]".utf8))
            }
            for connection in connections {
                try s.expect(connection.readReply().status, equals: 204)
            }
            let text = try s.get("a").text
            for index in 0..<10 { s.expect(text.contains("[w\(index)]")) }
            s.expect(text.utf8.count, equals: 40)
        },
        ConformanceCase("of writers with the same Stream-Seq exactly one succeeds") { s throws in
            try s.put("a")
            let connections = try (0..<8).map { index in
                try s.begin(
                    "POST", s.path("a"), [("Content-Type", "text/plain"), ("Stream-Seq", "s1")],
                    body: Array("[w\(index)]".utf8))
            }
            let statuses = try connections.map { try $0.readReply().status }
            s.expect(statuses.count { $0 == 204 }, equals: 1)
            s.expect(statuses.count { $0 == 409 }, equals: 7)
            try s.expect(s.get("a").body.count, equals: 4)
        },
        ConformanceCase("If-Match appends only at the expected tail") { s throws in
            let tail = try s.put("a", body: "x").nextOffset ?? ""
            let appended = try s.post("a", [("If-Match", tail)], body: "y")
            s.expect(appended.status, equals: 204)
            let late = try s.post("a", [("If-Match", tail)], body: "z")
            s.expect(late.status, equals: 412)
            s.expect(late, isProblem: "precondition-failed")
            s.expect(late.nextOffset, equals: appended.nextOffset)
            try s.expect(s.get("a").text, equals: "xy")
        },
    ]
}
