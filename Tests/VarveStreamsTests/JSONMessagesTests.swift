import Testing

@testable import VarveStreams

@Suite("JSON messages")
struct JSONMessagesTests {
    /// The messages of a text, or the kind of its fault.
    private func split(
        _ text: [UInt8], flattens: Bool = true, countMax: Int = .max
    ) throws -> Result<[String], JSONMessages.Fault> {
        let splitter = try #require(JSONMessages())
        return withBytes(text) { bytes in
            do throws(JSONMessages.Fault) {
                let messages = try splitter.split(bytes, flattens: flattens, countMax: countMax)
                return .success(
                    (0..<messages.count).map { String(decoding: messages[$0], as: UTF8.self) })
            } catch {
                return .failure(error)
            }
        }
    }

    private func kind(_ text: String) throws -> JSONMessages.Fault.Kind? {
        if case .failure(let fault) = try split(Array(text.utf8)) { fault.kind } else { nil }
    }

    @Test(
        "a value that is no array is one message, without the space around it",
        arguments: [
            "1", "-0", "0.5", "1e5", "1E+5", "-12.34e-56", "true", "false", "null", "\"\"", "{}",
            #"{"a":1}"#, #"{"a":{"b":[1,2,{"c":null}]},"d":"e"}"#, #""\"\\\/\b\f\n\r\t\u00e9""#,
            #""\ud800""#, #""é 😀""#,
        ])
    func singleValue(_ text: String) throws {
        #expect(try split(Array(text.utf8)).get() == [text])
        #expect(try split(Array(" \t\r\n\(text)\n\r\t ".utf8)).get() == [text])
    }

    @Test(
        "an array is flattened one level",
        arguments: [
            ("[]", []), ("[ ]", []), (" [\n] ", []), ("[1]", ["1"]), ("[1,2]", ["1", "2"]),
            ("[ 1 , 2 ]", ["1", "2"]), ("[[]]", ["[]"]), ("[[1,2],[3]]", ["[1,2]", "[3]"]),
            (#"[{"a": 1}, "b", null]"#, [#"{"a": 1}"#, #""b""#, "null"]),
            ("[\"a\",\n\t[ 1 ] \n]", ["\"a\"", "[ 1 ]"]),
        ] as [(String, [String])])
    func flattening(_ text: String, _ messages: [String]) throws {
        #expect(try split(Array(text.utf8)).get() == messages)
    }

    @Test("an array is one message when nothing is flattened")
    func unflattened() throws {
        #expect(try split(Array(" [1, 2] ".utf8), flattens: false).get() == ["[1, 2]"])
        #expect(try split(Array("[]".utf8), flattens: false).get() == ["[]"])
    }

    @Test("numbers of any size are kept as they came")
    func largeNumbers() throws {
        let digits = String(repeating: "7", count: 1000)
        for number in [digits, "-\(digits)", "0.\(digits)", "1e\(digits)", "18446744073709551616"] {
            #expect(try split(Array("[\(number)]".utf8)).get() == [number])
        }
    }

    @Test(
        "what the grammar does not have is refused",
        arguments: [
            "[1,]", "[,1]", "[1 2]", "[1", "1]", "[1}", "{1:2}", "{\"a\"}", "{\"a\":}",
            "{\"a\":1,}",
            "{,}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1,,2]", "01", "-", "-a", "1.", ".5", "1e",
            "1e+", "+1", "0x1", "1_0", "NaN", "Infinity", "tru", "truex", "nul", "True", "'a'",
            #""\x""#, #""\u12g4""#, #""\u123""#, #"["a"b]"#, "[1\"a\"]", "[tru\"e\"]", "undefined",
            "// 1\n1", "/**/1", "1;", "{\"a\":1}}", "[]]", "\u{feff}1", "\u{a0}1", "[1\u{c}]",
            "[\u{1a}]", "a", ":", ",", "]", "}", "[", "{", "[\"a\":1]", "{\"a\",1}", "\\\"a\"",
        ])
    func grammar(_ text: String) throws {
        #expect(throws: JSONMessages.Fault.self) { try split(Array(text.utf8)).get() }
    }

    @Test("each kind of fault has its name")
    func faults() throws {
        #expect(try kind("") == .empty)
        #expect(try kind(" \n\t\r ") == .empty)
        #expect(try kind("\"a") == .unclosedString)
        #expect(try kind("\"a\u{1}\"") == .control)
        #expect(try kind("\"a\nb\"") == .control)
        #expect(try kind("1 2") == .trailing)
        #expect(try kind("[] []") == .trailing)
        #expect(try kind("[1,]") == .syntax)
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xe2, 0x82, 0x22], [0x80],
        ] as [[UInt8]])
    func encoding(_ text: [UInt8]) throws {
        let result = try split(text)
        guard case .failure(let fault) = result else {
            Issue.record("\(text) was accepted")
            return
        }
        #expect(fault.kind == .encoding)
    }

    @Test("nesting is accepted to the limit and refused beyond it")
    func depth() throws {
        let most = JSONMessages.depthMax
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let fits = String(repeating: open, count: most - 1)
            let text = fits + "[]" + String(repeating: close, count: most - 1)
            #expect(throws: Never.self) { try split(Array(text.utf8)).get() }
            let deeper = open + text + close
            #expect(try kind(deeper) == .depth)
        }
        #expect(try kind(String(repeating: "[", count: 1_000_000)) == .depth)
    }

    @Test("more messages than asked for are refused")
    func count() throws {
        #expect(try split(Array("[1,2,3]".utf8), countMax: 3).get().count == 3)
        guard case .failure(let fault) = try split(Array("[1,2,3]".utf8), countMax: 2) else {
            Issue.record("three messages were accepted")
            return
        }
        #expect(fault.kind == .count)
    }

    @Test("a splitter gives the same answers whatever it split before")
    func reuse() throws {
        let splitter = try #require(JSONMessages())
        let large = "[" + (0..<100_000).map(String.init).joined(separator: ",") + "]"
        for text in [large, "[1]", "[1,]", large, "{", "[]", "[2]"] {
            let expected = try? split(Array(text.utf8)).get()
            let actual = withBytes(text) { bytes -> [String]? in
                guard let messages = try? splitter.split(bytes) else { return nil }
                return (0..<messages.count).map { String(decoding: messages[$0], as: UTF8.self) }
            }
            #expect(actual == expected)
        }
    }

    @Test("a text cut anywhere is refused, or is a number cut short")
    func everyPrefix() throws {
        let text = Array(#" {"a":[1,2.5e3,"x\u00e9\n",true],"b":{"c":null,"d":[]}} "#.utf8)
        for count in 0..<text.count - 1 {
            #expect(throws: JSONMessages.Fault.self) { try split(Array(text[..<count])).get() }
        }
    }
}
