// If-None-Match.

import Testing
import VarveHTTP

struct EntityTagTests {
    @Test(arguments: [
        ("\"a\"", true), ("W/\"a\"", true), ("*", true), ("\"b\", \"a\"", true),
        ("\"b\",W/\"a\" ,", true),
        (",, \t\"a\"", true), ("\"b\"", false), ("a", false), ("", false), ("\"a", false),
        ("x, \"a\"", false), ("\"A\"", false), ("\"a,\"", false), ("\"x,\", \"a\"", true),
        ("w/\"a\"", false),
        ("*, \"b\"", false), ("\"\"", false),
    ])
    func aTagMatchesIfItIsListed(_ value: String, _ expected: Bool) {
        value.withBytes { value in
            "\"a\"".withBytes { #expect(EntityTag.matches($0, ifNoneMatch: value) == expected) }
            "W/\"a\"".withBytes { #expect(EntityTag.matches($0, ifNoneMatch: value) == expected) }
        }
    }

    @Test(arguments: [
        ("", false), ("If-None-Match: \"b\"\r\n", false), ("If-None-Match: \"a\"\r\n", true),
        ("If-None-Match: \"b\"\r\nX: y\r\nif-none-match: \"c\", \"a\"\r\n", true),
        ("If-None-Match: \"b\"\r\nIf-None-Match: \"c\"\r\nIf-Match: \"a\"\r\n", false),
    ])
    func everyLineOfARequestCounts(_ lines: String, _ expected: Bool) {
        let probe = ParserProbe("GET / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n")
        probe.bytes.withUnsafeBytes { bytes in
            let view = RequestView(
                head: probe.parser.head, bytes: bytes,
                body: UnsafeRawBufferPointer(start: nil, count: 0))
            "\"a\"".withBytes { #expect(view.ifNoneMatch($0) == expected) }
        }
    }
}
