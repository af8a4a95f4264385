// Stream-Compression: what a client may ask for and sees of it, which is nothing but the header.

/// Claims about compression.
package enum CompressionCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase(
            "compression is part of the configuration, echoed by HEAD and the list",
            on: [.ownServer]
        ) { s throws in
            for word in ["zstd", "lz4"] {
                let asked = [("Stream-Compression", word)]
                try s.expect(s.put(word, asked).status, equals: 201)
                try s.expect(s.put(word, asked).status, equals: 200)
                // Whoever says nothing finds what is there.
                try s.expect(s.put(word).status, equals: 200)
                for other in ["none", word == "zstd" ? "lz4" : "zstd"] {
                    let reply = try s.put(word, [("Stream-Compression", other)])
                    s.expect(reply.status, equals: 409)
                    s.expect(reply, isProblem: "config-mismatch")
                }
                try s.expect(s.head(word)["stream-compression"], equals: word)
                let list = try s.request("GET", "\(s.server.basePath)/__ds/streams?prefix=\(word)")
                s.expect(list.text.contains(#""compression":"\#(word)","#))
            }
            try s.expect(s.put("plain", [("Stream-Compression", "NONE")]).status, equals: 201)
            try s.expect(s.head("plain")["stream-compression"], equals: nil)
        },
        ConformanceCase("compression is one of three words", on: [.ownServer]) { s throws in
            for value in ["gzip", "", "zstd, lz4", "zstd;level=3", "1"] {
                let reply = try s.put("a", [("Stream-Compression", value)])
                s.expect(reply.status, equals: 400, value)
                s.expect(reply, isProblem: "invalid-compression", value)
            }
            let twice = try s.put(
                "a", [("Stream-Compression", "lz4"), ("Stream-Compression", "lz4")])
            s.expect(twice.status, equals: 400)
            try s.expect(s.head("a").status, equals: 404)
        },
        ConformanceCase(
            "what is stored smaller reads byte for byte as it was sent, in forks too",
            on: [.ownServer]
        ) { s throws in
            let body = String(repeating: "the same line again and again, ", count: 2000)
            for word in ["none", "zstd", "lz4"] {
                try s.put(word, [("Stream-Compression", word)], body: body)
                let tail = try s.post(word, body: "behind").nextOffset ?? ""
                try s.expect(
                    s.request("POST", "\(s.server.basePath)/__ds/settle").status, equals: 204)
                try s.post(word, body: ", not settled")
                try s.expect(s.get(word).text, equals: body + "behind, not settled")
                try s.expect(s.get(word, "offset=\(tail)").text, equals: ", not settled")
                let fork = "fork-\(word)"
                let path = "\(s.server.basePath)/\(word)"
                try s.expect(
                    s.put(fork, [("Stream-Forked-From", path)]).status, equals: 201)
                try s.expect(
                    s.head(fork)["stream-compression"], equals: word == "none" ? nil : word)
                try s.expect(s.get(fork).text, equals: body + "behind, not settled")
                let found = try s.request("POST", "\(s.server.basePath)/__ds/verify/\(word)")
                s.expect(found.text.hasPrefix(#"{"clean":true"#))
            }
        },
    ]
}
