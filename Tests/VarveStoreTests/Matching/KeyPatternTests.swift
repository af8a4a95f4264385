import Testing

@testable import VarveStore

@Suite("Patterns")
struct KeyPatternTests {
    private func matches(_ source: String, _ text: [UInt8]) throws -> Bool {
        let pattern = try KeyPattern(source)
        return text.withUnsafeBytes { pattern.matches($0) }
    }

    /// What the pattern's groups have, the whole match first; nil where it does not match.
    private func captures(_ source: String, _ text: [UInt8], _ count: Int) throws -> [[UInt8]?]? {
        let pattern = try KeyPattern(source)
        return text.withUnsafeBytes { text in
            withUnsafeTemporaryAllocation(of: KeyPattern.Spans.Element.self, capacity: count) {
                guard pattern.capture(text, into: $0) else { return nil }
                return $0.map { $0.part(of: text).map { Array($0) } }
            }
        }
    }

    @Test("a pattern is found anywhere in a text, unless it says where")
    func unanchored() throws {
        #expect(try matches("b", Array("abc".utf8)))
        #expect(try matches("^ab", Array("abc".utf8)))
        #expect(try !matches("^b", Array("abc".utf8)))
        #expect(try !matches("b$", Array("abc".utf8)))
        #expect(try matches("^$", []))
        #expect(try matches("", []))
        #expect(try !matches(".", []))
    }

    @Test("every byte is a character")
    func bytesAreCharacters() throws {
        for byte in UInt8.min...UInt8.max where byte != 10 {
            #expect(try matches("^.$", [byte]), "byte \(byte)")
        }
        #expect(try !matches("^.$", [10]))
        #expect(try matches("(?s)^.$", [10]))
        #expect(try matches(#"^\xff\x00[\x80-\x8f]$"#, [0xff, 0, 0x85]))
        #expect(try !matches("^.$", Array("é".utf8)))
        #expect(try matches("^..$", Array("é".utf8)))
        #expect(try matches("^é$", Array("é".utf8)))
    }

    @Test("a text may hold NUL bytes, before and behind the match")
    func nulBytes() throws {
        #expect(try matches(#"b\x00c"#, [0, 0x62, 0, 0x63, 0]))
        #expect(try captures(#"\x00(.)"#, [1, 0, 2], 2) == [[0, 2], [2]])
    }

    @Test(
        "the flag for Unicode means nothing here, since every byte is a character",
        arguments: [
            ("(?s-u)^.{8}$", "(?s)^.{8}$"), ("(?-u)a", "a"), ("(?-u:a)b", "(?:a)b"),
            ("(?u)a", "a"), ("(?iu-s)a", "(?i-s)a"), ("(?su-i:a)", "(?s-i:a)"),
            ("a(?s-u).", "a(?s)."), ("(?u-s)a", "(?-s)a"),
        ])
    func unicodeFlag(_ source: String, _ translated: String) throws {
        let result = PatternDialect.translate(Array(source.utf8))
        #expect(String(decoding: result, as: UTF8.self) == translated)
        _ = try KeyPattern(source)
    }

    @Test(
        "what only looks like a flag for Unicode stays as it is",
        arguments: [
            #"\(?s-u)"#, "[(?s-u)]", "[](?u)]", "[^](?u)]", "[[:alpha:](?-u)]", #"\Q(?u)\E"#,
            #"[\](?u)]"#, "(?i)u", "(?i:u)", "(u)", "(?P<u>u)", "((?i)u)", #"\Q(?u)"#, "[(?u)",
        ])
    func unicodeFlagElsewhere(_ source: String) {
        #expect(PatternDialect.translate(Array(source.utf8)) == Array(source.utf8))
    }

    @Test("eight bytes of any kind fit the pattern that clients write for them")
    func clientsPattern() throws {
        let any: [UInt8] = [0, 10, 13, 0x7f, 0x80, 0xc3, 0xfe, 0xff]
        #expect(try matches("(?s-u)^.{8}$", any))
        #expect(try !matches("(?s-u)^.{8}$", any + [0]))
        let versioned = #"(?s-u)^(?P<logical>(?:\x00\xFF|[^\x00])*)\x00\x00(?P<version>.{8})$"#
        #expect(
            try captures(versioned, [0x61, 0, 0xff, 0x62, 0, 0] + any, 3)
                == [[0x61, 0, 0xff, 0x62, 0, 0] + any, [0x61, 0, 0xff, 0x62], any])
    }

    @Test("named groups are found by name, in both notations")
    func namedGroups() throws {
        for source in ["(a)(?P<second>b)(?P<third>c)", "(a)(?<second>b)(?<third>c)"] {
            let pattern = try KeyPattern(source)
            #expect(pattern.group(named: "second") == 2)
            #expect(pattern.group(named: "third") == 3)
            #expect(pattern.group(named: "fourth") == nil)
            #expect(pattern.group(named: "") == nil)
            #expect(pattern.group(named: "sec\0ond") == nil)
        }
    }

    @Test("a group that took no part is told from one that matched nothing")
    func absentGroups() throws {
        #expect(try captures("^(a)?(b*)$", [], 3) == [[], nil, []])
        #expect(try captures("^(a)?(b*)$", Array("ab".utf8), 3) == [[97, 98], [97], [98]])
        #expect(try captures("x", Array("ab".utf8), 1) == nil)
        // More groups than there are take no part.
        #expect(try captures("a", Array("a".utf8), 3) == [[97], nil, nil])
    }

    @Test(
        "what cannot be compiled is refused with the reason",
        arguments: [
            ("(", "missing"), (")", "unexpected"), ("[a", "missing"), ("a**", "repetition"),
            (#"\"#, "trailing"), ("(?P<a>x)(?P<a>y)", "same name"), ("a{1001}", "repetition"),
            ("(?=a)", "(?="), (#"(a)\1"#, "escape"), ("(?<!a)b", "perl"), ("(?x)a", "(?x"),
            ("((a{100}){100}){100}", "repetition"), ("[b-a]", "range"),
            (#"(?:(?:\w{50}){50}\W{100}){10}"#, ""),
        ])
    func refusals(_ source: String, _ reason: String) {
        #expect {
            try KeyPattern(source)
        } throws: { error in
            guard case StoreError.invalidPattern(let detail, _)? = error as? StoreError else {
                return false
            }
            return detail.contains(reason) && detail.contains(source)
        }
    }

    @Test("a pattern has at most 1 KiB")
    func size() throws {
        _ = try KeyPattern(String(repeating: "a", count: 1024))
        #expect(throws: StoreError.self) {
            try KeyPattern(String(repeating: "a", count: 1025))
        }
    }

    @Test("a pattern has a limit of steps, since each may cost at each byte")
    func steps() throws {
        _ = try KeyPattern("[ab]{900}")
        _ = try KeyPattern("(?s-u)^.{254}$")
        for source in ["[ab]{600}[bc]{600}", "(?:[ab]?){1000}", "(?:(?:a|bc){100}){5}"] {
            #expect(throws: StoreError.self) { try KeyPattern(source) }
        }
    }

    @Test("patterns that other engines choke on take time in proportion to the text")
    func linearTime() throws {
        let text = [UInt8](repeating: 0x61, count: 20_000)
        #expect(try !matches("(a|a)*(a|aa)+b$", text))
        #expect(try !matches("(a?){50}a{50}b", text))
        #expect(try !matches("(.*)(.*)(.*)(.*)(.*)[^a]", text))
        #expect(try matches("(x+x+)+y|a$", text))
    }

    @Test("many states are not kept: the memory of a pattern is bounded, the answer is right")
    func boundedMemory() throws {
        var random = SystemRandomNumberGenerator()
        let text = (0..<50_000).map { _ in UInt8.random(in: 0x61...0x62, using: &random) }
        let pattern = try KeyPattern("a[ab]{200}c|b[ab]{300}a$")
        let expected = text[text.count - 302] == 0x62 && text.last == 0x61
        #expect(text.withUnsafeBytes { pattern.matches($0) } == expected)
    }

    @Test("any bytes as a source compile or are refused, and what compiles matches without a trap")
    func anySource() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("ab()[]{}?*+|^$\\.-:<>PQEsiu,019=!\u{e9}\u{0}\n".unicodeScalars)
        for _ in 0..<3000 {
            var source = ""
            for _ in 0..<Int.random(in: 0...24, using: &random) {
                source.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count)])
            }
            let text = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? matches(source, text)
            _ = try? captures(source, text, 4)
        }
    }
}
