// GET with live=sse: framing, control events, live data, closing, injection, base64, lifetimes.

/// Claims about server-sent events.
package enum EventStreamCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = framing + live + encoding + lifetime

    private static let framing: [ConformanceCase] = [
        ConformanceCase("an event stream needs an offset") { s throws in
            try s.put("a")
            let reply = try s.get("a", "live=sse")
            s.expect(reply.status, equals: 400)
            s.expect(reply, isProblem: "offset-required")
        },
        ConformanceCase("the head is exact: event stream type, no length, no cache") { s throws in
            try s.put("a", body: "x")
            let stream = try s.subscribe("a", "offset=-1")
            s.expect(stream.head.status, equals: 200)
            s.expect(stream.head["content-type"], equals: "text/event-stream")
            s.expect(stream.head["content-length"], equals: nil)
            s.expect(stream.head["cache-control"], equals: "no-cache")
            s.expect(stream.head["stream-sse-data-encoding"], equals: nil)
        },
        ConformanceCase("data first, then one control event, in the exact bytes") { s throws in
            let tail = try s.put("a", body: "message one").nextOffset ?? ""
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read(controls: 1)
            let cursor = stream.controls[0].string("streamCursor") ?? ""
            s.expect(
                stream.text,
                equals: """
                    event: data
                    data:message one

                    event: control
                    data:{"streamNextOffset":"\(tail)","streamCursor":"\(cursor)","upToDate":true}


                    """)
        },
        ConformanceCase("an empty stream sends its control event at once, with the real tail") {
            s in
            try s.put("a")
            for offset in ["-1", "now", "0000000000000000_0000000000000000"] {
                let stream = try s.subscribe("a", "offset=\(offset)")
                let events = try stream.read(controls: 1)
                s.expect(events.count, equals: 1)
                s.expect(
                    events[0].string("streamNextOffset"),
                    equals: "0000000000000000_0000000000000000")
                s.expect(events[0].isTrue("upToDate"))
            }
        },
        ConformanceCase("a caught-up reader gets its control event at once") { s throws in
            let tail = try s.put("a", body: "x").nextOffset ?? ""
            for offset in [tail, "now"] {
                let events = try s.subscribe("a", "offset=\(offset)").read(controls: 1)
                s.expect(events.map(\.type), equals: ["control"])
                s.expect(events[0].string("streamNextOffset"), equals: tail)
                s.expect(events[0].isTrue("upToDate"))
            }
        },
        ConformanceCase("a reconnect with the last offset repeats nothing") { s throws in
            try s.put("a", body: "message 1")
            let first = try s.subscribe("a", "offset=-1")
            let offset = try first.read(controls: 1).last?.string("streamNextOffset") ?? ""
            try s.post("a", body: "message 2")
            let second = try s.subscribe("a", "offset=\(offset)")
            try second.read(controls: 1)
            s.expect(second.data, equals: ["message 2"])
        },
        ConformanceCase(
            "catch-up over pages has one control event a page, up to date only at the end",
            on: [.pageBytes(10)]
        ) { s throws in
            try s.put("a")
            for index in 0..<6 { try s.post("a", body: "<\(index)__>") }
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read { $0.contains { $0.type == "control" && $0.isTrue("upToDate") } }
            s.expect(stream.data, equals: ["<0__><1__>", "<2__><3__>", "<4__><5__>"])
            s.expect(stream.controls.map { $0.isTrue("upToDate") }, equals: [false, false, true])
            let offsets = stream.controls.map { $0.string("streamNextOffset") ?? "" }
            s.expect(offsets == offsets.sorted() && Set(offsets).count == 3)
            s.expect(
                stream.events.map(\.type),
                equals: [
                    "data", "control", "data", "control", "data", "control",
                ])
        },
        ConformanceCase("the cursor is numeric and a given one comes back larger") { s throws in
            try s.put("a", body: "x")
            let first = try s.subscribe("a", "offset=-1").read(controls: 1)
            let cursor = first.last?.string("streamCursor").flatMap(UInt64.init) ?? 0
            s.expect(cursor > 0)
            let second = try s.subscribe("a", "offset=-1&cursor=\(cursor)").read(controls: 1)
            let next = second.last?.string("streamCursor").flatMap(UInt64.init) ?? 0
            s.expect((cursor + 1...cursor + 180).contains(next))
        },
        ConformanceCase("a missing stream is 404, not an event stream") { s throws in
            let reply = try s.get("absent", "offset=-1&live=sse")
            s.expect(reply.status, equals: 404)
            s.expect(reply["content-type"], equals: "application/problem+json")
        },
    ]

    private static let live: [ConformanceCase] = [
        ConformanceCase("an append reaches every open stream, once, with its control event") {
            s throws in
            try s.put("a", body: "old")
            let streams = try (0..<10).map { _ in try s.subscribe("a", "offset=now") }
            for stream in streams { try stream.read(controls: 1) }
            let tail = try s.post("a", body: "news").nextOffset
            for stream in streams {
                try stream.read(controls: 2)
                s.expect(stream.data, equals: ["news"])
                s.expect(stream.controls[1].string("streamNextOffset"), equals: tail)
                s.expect(stream.controls[1].isTrue("upToDate"))
            }
        },
        ConformanceCase("many appends arrive complete and in order") { s throws in
            try s.put("a")
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read(controls: 1)
            for index in 0..<100 { try s.post("a", body: "<\(index)>") }
            let expected = (0..<100).map { "<\($0)>" }.joined()
            try stream.read { events in
                events.filter { $0.type == "data" }.map(\.data).joined().utf8.count
                    >= expected.utf8.count
            }
            s.expect(stream.data.joined(), equals: expected)
            let offsets = stream.controls.map { $0.string("streamNextOffset") ?? "" }
            s.expect(offsets, equals: offsets.sorted())
        },
        ConformanceCase("readers that join at different offsets all end at the same bytes") {
            s throws in
            try s.put("a", body: "0")
            var streams: [EventStream] = []
            for index in 1..<6 {
                streams.append(try s.subscribe("a", "offset=-1"))
                try s.post("a", body: "\(index)")
            }
            for stream in streams {
                try stream.read {
                    $0.filter { $0.type == "data" }.map(\.data).joined().utf8.count >= 6
                }
                s.expect(stream.data.joined(), equals: "012345")
            }
        },
        ConformanceCase("closing ends an open stream with a final control event without cursor") {
            s in
            let tail = try s.put("a", body: "x").nextOffset
            let stream = try s.subscribe("a", "offset=now")
            try stream.read(controls: 1)
            try s.close("a")
            try stream.readToEnd()
            let last = stream.controls.last
            s.expect(stream.hasEnded)
            s.expect(last?.isTrue("streamClosed"), equals: true)
            s.expect(last?.string("streamNextOffset"), equals: tail)
            s.expect(last?.string("streamCursor"), equals: nil)
            s.expect(stream.data.isEmpty)
        },
        ConformanceCase(
            "append-and-close reaches a live reader as data, then the closing control event"
        ) { s throws in
            try s.put("a")
            let stream = try s.subscribe("a", "offset=now")
            try stream.read(controls: 1)
            try s.post("a", [("Stream-Closed", "true")], body: "last words")
            try stream.readToEnd()
            s.expect(stream.events.map(\.type), equals: ["control", "data", "control"])
            s.expect(stream.data, equals: ["last words"])
            s.expect(stream.controls.last?.isTrue("streamClosed"), equals: true)
        },
        ConformanceCase("a closed stream is delivered, closed and ended at once") { s throws in
            let tail = try s.put("a", [("Stream-Closed", "true")], body: "content").nextOffset ?? ""
            let whole = try s.subscribe("a", "offset=-1")
            try whole.readToEnd()
            s.expect(whole.data, equals: ["content"])
            s.expect(whole.controls.count, equals: 1)
            s.expect(whole.controls[0].isTrue("streamClosed"))
            s.expect(whole.controls[0].string("streamCursor"), equals: nil)
            for offset in [tail, "now"] {
                let end = try s.subscribe("a", "offset=\(offset)")
                try end.readToEnd()
                s.expect(end.events.map(\.type), equals: ["control"])
                s.expect(end.controls[0].isTrue("streamClosed"))
            }
        },
        ConformanceCase("deleting ends an open stream") { s throws in
            try s.put("a")
            let stream = try s.subscribe("a", "offset=now")
            try stream.read(controls: 1)
            try s.delete("a")
            try stream.readToEnd()
            s.expect(stream.hasEnded)
            try s.put("a", body: "another life")
            s.expect(stream.data.isEmpty)
        },
        ConformanceCase("a reader that leaves is noticed and costs nothing afterwards") {
            s throws in
            try s.put("a")
            var streams: [ClientConnection] = []
            for _ in 0..<5 {
                let connection = try s.begin("GET", s.path("a") + "?offset=now&live=sse")
                _ = try connection.readHead()
                streams.append(connection)
            }
            try s.server.wait(for: "varve_subscribers", toBe: 5)
            for connection in streams { connection.reset() }
            try s.server.wait(for: "varve_subscribers", toBe: 0)
            try s.expect(s.post("a", body: "x").status, equals: 204)
        },
        ConformanceCase(
            "a slow reader gets everything, and the server does not buffer it",
            on: [.connectionOutputBytesMax(64 * 1024)]
        ) { s throws in
            try s.put("a")
            let connection = try s.connect()
            try connection.setReceiveBuffer(bytes: 4096)
            try connection.send(s.bytes("GET", s.path("a") + "?offset=-1&live=sse", [], nil))
            let piece = String(repeating: "0123456789abcdef", count: 2048)
            for _ in 0..<50 { try s.expect(s.post("a", body: piece).status, equals: 204) }
            let stream = try EventStream(connection)
            try stream.read(bytes: 50 * piece.utf8.count)
            try stream.read { $0.last?.type == "control" && $0.last?.isTrue("upToDate") == true }
            s.expect(stream.data.joined(), equals: String(repeating: piece, count: 50))
        },
        ConformanceCase(
            "subscribers beyond the limit are refused with 503 and Retry-After",
            on: [.subscribersMax(1)]
        ) { s throws in
            try s.put("a")
            let stream = try s.subscribe("a", "offset=now")
            try stream.read(controls: 1)
            let reply = try s.get("a", "offset=now&live=sse")
            s.expect(reply.status, equals: 503)
            s.expect(reply["retry-after"] != nil)
        },
    ]

    private static let encoding: [ConformanceCase] = [
        ConformanceCase("line ends in the payload become data lines") { s throws in
            try s.put("a", body: "line1\nline2\r\nline3\rline4")
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read(controls: 1)
            s.expect(stream.data, equals: ["line1\nline2\nline3\nline4"])
            s.expect(stream.text.contains("data:line1\ndata:line2\ndata:line3\ndata:line4\n\n"))
        },
        ConformanceCase("a payload cannot inject events, with any line end") { s throws in
            for (index, end) in ["\r\n", "\n", "\r"].enumerated() {
                let payload = [
                    "safe", "", "event: control", #"data: {"injected":true}"#, "", "more",
                ]
                .joined(separator: end)
                try s.put("a\(index)", body: payload)
                let stream = try s.subscribe("a\(index)", "offset=-1")
                try stream.read(controls: 1)
                s.expect(stream.events.map(\.type), equals: ["data", "control"])
                s.expect(stream.data[0], equals: payload.replacingLineEnds())
                s.expect(!stream.controls[0].isTrue("injected"))
            }
        },
        ConformanceCase("a payload that begins with a space or is only line ends keeps them") {
            s throws in
            try s.put("a", body: " leading")
            try s.put("b", body: "\n\n")
            let spaced = try s.subscribe("a", "offset=-1")
            try spaced.read(controls: 1)
            s.expect(
                spaced.text.contains("data: leading\n") || spaced.text.contains("data:  leading\n"))
            let lines = try s.subscribe("b", "offset=-1")
            try lines.read(controls: 1)
            s.expect(lines.data, equals: ["\n\n"])
        },
        ConformanceCase("JSON data events are arrays, one per batch") { s throws in
            try s.put("a", type: "application/json", body: #"{"id":1,"message":"hello"}"#)
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read(controls: 1)
            s.expect(stream.data, equals: [#"[{"id":1,"message":"hello"}]"#])
            try s.post("a", type: "application/json", body: "[2,3]")
            try stream.read(controls: 2)
            s.expect(stream.data, equals: [#"[{"id":1,"message":"hello"}]"#, "[2,3]"])
        },
        ConformanceCase("JSON with raw line ends between its tokens stays valid JSON") { s throws in
            try s.put("a", type: "application/json", body: "{\n  \"a\":\r\n 1\n}")
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read(controls: 1)
            s.expect(stream.data[0].filter { !$0.isWhitespace }, equals: #"[{"a":1}]"#)
        },
        ConformanceCase("binary types are base64, said in a header, control events are not") {
            s throws in
            for (index, type) in [
                "application/octet-stream", "image/png", "application/x-protobuf",
            ].enumerated() {
                let bytes: [UInt8] = [0x00, 0x0A, 0x0D, 0xFF, 0xFE, 0x00, 0x0A, 0x0D]
                _ = try s.request("PUT", s.path("a\(index)"), [("Content-Type", type)], body: bytes)
                let stream = try s.subscribe("a\(index)", "offset=-1")
                s.expect(stream.head["stream-sse-data-encoding"], equals: "base64")
                try stream.read(controls: 1)
                s.expect(stream.data, equals: ["AAoN//4ACg0="])
                s.expect(stream.controls[0].isTrue("upToDate"))
            }
        },
        ConformanceCase("binary batches are complete base64, padding included") { s throws in
            try s.put("a", type: "application/octet-stream", body: "Hello")
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read(controls: 1)
            try s.post("a", type: "application/octet-stream", body: "ab")
            try stream.read(controls: 2)
            s.expect(stream.data, equals: ["SGVsbG8=", "YWI="])
        },
        ConformanceCase("text and JSON types are never base64") { s throws in
            for (index, type) in ["text/plain", "TEXT/html; charset=utf-8", "application/json;x=1"]
                .enumerated()
            {
                try s.put("a\(index)", type: type, body: "1")
                let stream = try s.subscribe("a\(index)", "offset=-1")
                s.expect(stream.head["stream-sse-data-encoding"], equals: nil, "\(type)")
            }
        },
    ]

    private static let lifetime: [ConformanceCase] = [
        ConformanceCase(
            "an idle stream sends comments to stay alive",
            on: [.eventStreamKeepAliveMilliseconds(30)]
        ) { s throws in
            try s.put("a")
            let stream = try s.subscribe("a", "offset=-1")
            try stream.read(controls: 1)
            try stream.read(untilText: "\n:")
            s.expect(stream.events.count, equals: 1)
        },
        ConformanceCase(
            "a stream of its maximum age ends at a batch boundary and can be resumed",
            on: [.eventStreamMaxAgeMilliseconds(60)]
        ) { s throws in
            let tail = try s.put("a", body: "x").nextOffset
            let stream = try s.subscribe("a", "offset=-1")
            try stream.readToEnd()
            s.expect(stream.hasEnded)
            s.expect(stream.data, equals: ["x"])
            s.expect(stream.controls.last?.string("streamNextOffset"), equals: tail)
            s.expect(stream.controls.last?.isTrue("streamClosed"), equals: false)
        },
    ]
}

extension String {
    /// The text with every CR LF, CR or LF as a line feed.
    func replacingLineEnds() -> String {
        components(separatedByLine: "\r\n").joined(separator: "\n")
            .components(separatedByLine: "\r").joined(separator: "\n")
    }
}
