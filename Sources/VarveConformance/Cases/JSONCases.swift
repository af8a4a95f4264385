// JSON mode: messages, flattening by one level, validation.

/// Claims about JSON streams.
package enum JSONCases {
    private static let json = "application/json"

    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("a value that is no array is one message") { s throws in
            try s.put("a", type: json)
            for value in [#""text""#, "42", "-0.5e10", "true", "false", "null", #"{"k":"v"}"#] {
                try s.expect(s.post("a", type: json, body: value).status, equals: 204, "\(value)")
            }
            let reply = try s.get("a")
            s.expect(reply["content-type"], equals: "application/json")
            s.expect(reply.text, equals: #"["text",42,-0.5e10,true,false,null,{"k":"v"}]"#)
        },
        ConformanceCase("an array is flattened by exactly one level") { s throws in
            try s.put("a", type: json)
            let batch = try s.post("a", type: json, body: #"[{"a":1},[2,[3]],"x",null]"#)
            s.expect(batch.status, equals: 204)
            s.expect(batch.nextOffset?.hasPrefix("0000000000000004_"), equals: true)
            try s.expect(s.get("a").text, equals: #"[{"a":1},[2,[3]],"x",null]"#)
            try s.put("b", type: json)
            let nested = try s.post("b", type: json, body: "[[1,2,3]]")
            s.expect(nested.nextOffset?.hasPrefix("0000000000000001_"), equals: true)
            try s.expect(s.get("b").text, equals: "[[1,2,3]]")
        },
        ConformanceCase("appends add up to one array") { s throws in
            try s.put("a", type: json, body: #"{"n":0}"#)
            try s.post("a", type: json, body: #"[{"n":1},{"n":2}]"#)
            try s.post("a", type: json, body: #"{"n":3}"#)
            try s.expect(s.get("a").text, equals: #"[{"n":0},{"n":1},{"n":2},{"n":3}]"#)
        },
        ConformanceCase("a read from a message's offset is an array of what follows") { s throws in
            let middle = try s.put("a", type: json, body: "[1,2]").nextOffset ?? ""
            try s.post("a", type: json, body: "[3,4]")
            try s.expect(s.get("a", "offset=\(middle)").text, equals: "[3,4]")
            let tail = try s.head("a").nextOffset ?? ""
            try s.expect(s.get("a", "offset=\(tail)").text, equals: "[]")
        },
        ConformanceCase("an empty JSON stream reads as an empty array") { s throws in
            try s.put("a", type: json)
            let reply = try s.get("a")
            s.expect(reply.text, equals: "[]")
            s.expect(reply.upToDate, equals: "true")
        },
        ConformanceCase("PUT with an empty array creates an empty stream") { s throws in
            for (index, body) in ["[]", " [ ] ", "\n[\n]\n"].enumerated() {
                let reply = try s.put("a\(index)", type: json, body: body)
                s.expect(reply.status, equals: 201)
                s.expect(reply.nextOffset, equals: "0000000000000000_0000000000000000")
                try s.expect(s.get("a\(index)").text, equals: "[]")
            }
        },
        ConformanceCase("PUT with an array is its messages") { s throws in
            let reply = try s.put("a", type: json, body: "[1,[2],{}]")
            s.expect(reply.nextOffset?.hasPrefix("0000000000000003_"), equals: true)
            try s.expect(s.get("a").text, equals: "[1,[2],{}]")
        },
        ConformanceCase("POST of an empty array is 400") { s throws in
            try s.put("a", type: json)
            for body in ["[]", "[ ]", " \n[\t] "] {
                let reply = try s.post("a", type: json, body: body)
                s.expect(reply.status, equals: 400)
                s.expect(reply, isProblem: "empty-array")
            }
        },
        ConformanceCase("invalid JSON is 400 and changes nothing, on POST and PUT") { s throws in
            try s.put("a", type: json)
            for body in [
                "{ invalid json }", "{", "[1,2", "[1,]", "[,1]", "1 2", #"{"a":1,}"#, "'x'", "01",
                "1.", "NaN",
                "undefined", #""unterminated"#, "[1]]", #"{"a" 1}"#, "tru", " ", "\u{FEFF}1",
                "[1] x", "\"\u{01}\"",
            ] {
                let reply = try s.post("a", type: json, body: body)
                s.expect(reply.status, equals: 400, "\(body)")
                s.expect(reply, isProblem: "invalid-json", "\(body)")
                try s.expect(s.put("new", type: json, body: body).status, equals: 400, "\(body)")
            }
            try s.expect(s.get("a").text, equals: "[]")
            try s.expect(s.head("new").status, equals: 404)
        },
        ConformanceCase("JSON that is not UTF-8 is 400") { s throws in
            try s.put("a", type: json)
            let reply = try s.request(
                "POST", s.path("a"), [("Content-Type", json)], body: [0x22, 0xFF, 0xFE, 0x22])
            s.expect(reply.status, equals: 400)
        },
        ConformanceCase("white space around messages is not part of them") { s throws in
            try s.put("a", type: json)
            try s.post("a", type: json, body: "  \n {\"a\": 1}\t\r\n")
            try s.post("a", type: json, body: "[ 1 , \"two\" ,\n{ \"three\" : 3 } ]")
            try s.expect(s.get("a").text, equals: #"[{"a": 1},1,"two",{ "three" : 3 }]"#)
        },
        ConformanceCase("numbers, escapes and order survive byte for byte") { s throws in
            try s.put("a", type: json)
            let body =
                #"{"z":1,"a":12345678901234567890.10,"s":"\u00e9\n\ud83d\ude00","z":2,"e":1E+2}"#
            try s.post("a", type: json, body: body)
            try s.expect(s.get("a").text, equals: "[\(body)]")
        },
        ConformanceCase("brackets, commas and quotes inside strings are text") { s throws in
            try s.put("a", type: json)
            let body = #"["],[","\"],\"","\\",{"],":"}{,"}]"#
            let reply = try s.post("a", type: json, body: body)
            s.expect(reply.nextOffset?.hasPrefix("0000000000000004_"), equals: true)
            try s.expect(s.get("a").text, equals: body)
        },
        ConformanceCase("content type parameters do not leave JSON mode") { s throws in
            try s.put("a", type: "application/json; charset=utf-8")
            try s.post("a", type: "application/json; charset=utf-8", body: #"{"m":1}"#)
            try s.post("a", type: "Application/JSON", body: "[2]")
            let reply = try s.get("a")
            s.expect(reply.text, equals: #"[{"m":1},2]"#)
            s.expect(reply["content-type"], equals: "application/json; charset=utf-8")
        },
        ConformanceCase("other JSON-like types are bytes") { s throws in
            try s.put("a", type: "application/ndjson")
            try s.post("a", type: "application/ndjson", body: "[1,")
            try s.expect(s.get("a").text, equals: "[1,")
            try s.put("b", type: "application/ld+json", body: "{")
            try s.expect(s.get("b").text, equals: "{")
        },
        ConformanceCase(
            "a batch of a thousand messages is taken and read back in pages",
            on: [.pageBytes(1000)]
        ) { s throws in
            try s.put("a", type: json)
            let messages = (0..<1000).map { #"{"n":\#($0)}"# }
            let reply = try s.post("a", type: json, body: "[\(messages.joined(separator: ","))]")
            s.expect(reply.status, equals: 204)
            s.expect(reply.nextOffset?.hasPrefix("00000000000003e8_"), equals: true)
            var collected: [String] = []
            var offset = "-1"
            var isUpToDate = false
            while !isUpToDate {
                let page = try s.get("a", "offset=\(offset)")
                s.expect(page.text.hasPrefix("[") && page.text.hasSuffix("]"))
                collected.append(String(page.text.dropFirst().dropLast()))
                offset = page.nextOffset ?? ""
                isUpToDate = page.upToDate == "true"
            }
            s.expect(collected.count > 5)
            s.expect(collected.joined(separator: ","), equals: messages.joined(separator: ","))
        },
        ConformanceCase("nesting beyond the limit is 400, not a crash") { s throws in
            try s.put("a", type: json)
            let deep =
                String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
            try s.expect(s.post("a", type: json, body: deep).status, equals: 400)
            let objects = String(repeating: #"{"a":"#, count: 50_000)
            try s.expect(s.post("a", type: json, body: objects).status, equals: 400)
            let fine = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
            try s.expect(s.post("a", type: json, body: fine).status, equals: 204)
        },
    ]
}
