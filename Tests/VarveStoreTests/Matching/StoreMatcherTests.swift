import Testing

@testable import VarveStore

@Suite("Selectors and filters")
struct StoreMatcherTests {
    private func chosen(
        _ selectors: [StoreSelector], _ filters: [StoreFilter] = [], key: String, value: String = ""
    ) throws -> Bool {
        let matcher = try StoreMatcher(selectors: selectors, filters: filters)
        return matcher.matches(StoreEntry(key: Array(key.utf8), value: Array(value.utf8)))
    }

    private func prefix(_ text: String, _ pattern: String? = nil) -> StoreSelector {
        StoreSelector(prefix: Array(text.utf8), pattern: pattern)
    }

    @Test("an empty prefix chooses every key, another one those that begin with it")
    func prefixes() throws {
        #expect(try chosen([prefix("")], key: ""))
        #expect(try chosen([prefix("")], key: "a"))
        #expect(try chosen([prefix("a")], key: "a"))
        #expect(try chosen([prefix("a")], key: "ab"))
        #expect(try !chosen([prefix("a")], key: ""))
        #expect(try !chosen([prefix("ab")], key: "a"))
        #expect(try !chosen([prefix("a")], key: "ba"))
    }

    @Test("the pattern sees what follows the prefix, and nothing of the prefix")
    func rests() throws {
        #expect(try chosen([prefix("user/", "^[0-9]+$")], key: "user/42"))
        #expect(try !chosen([prefix("user/", "^[0-9]+$")], key: "user/x"))
        #expect(try !chosen([prefix("user/", "user")], key: "user/42"))
        #expect(try !chosen([prefix("user/", "^[0-9]+$")], key: "42"))
        #expect(try chosen([prefix("user/", "^$")], key: "user/"))
        #expect(try chosen([prefix("user/", "")], key: "user/anything"))
    }

    @Test("one selector is enough for a key, one filter for a value, and both are needed")
    func orAndOr() throws {
        let selectors = [prefix("a"), prefix("b", "1")]
        let filters = [StoreFilter.exact(Array("x".utf8)), .prefix(Array("y".utf8)), .regex("z$")]
        for (key, chosenKey) in [("a", true), ("b", false), ("b1", true), ("c1", false)] {
            let values = [("x", true), ("xx", false), ("yy", true), ("az", true), ("za", false)]
            for (value, chosenValue) in values {
                #expect(
                    try chosen(selectors, filters, key: key, value: value)
                        == (chosenKey && chosenValue), "\(key) \(value)")
                #expect(try chosen(selectors, key: key, value: value) == chosenKey)
            }
        }
    }

    @Test("an exact filter wants the whole value, a prefix the beginning, empty ones included")
    func filters() throws {
        let any = [prefix("")]
        #expect(try chosen(any, [.exact([])], key: "k", value: ""))
        #expect(try !chosen(any, [.exact([])], key: "k", value: "a"))
        #expect(try chosen(any, [.prefix([])], key: "k", value: "a"))
        #expect(try chosen(any, [.regex("")], key: "k", value: ""))
        #expect(try !chosen(any, [.prefix(Array("ab".utf8))], key: "k", value: "a"))
    }

    @Test("there are 1 to 16 selectors and at most 16 filters")
    func counts() throws {
        #expect(throws: StoreError.self) { try StoreMatcher(selectors: [], filters: []) }
        let selectors = [StoreSelector](repeating: prefix("a"), count: 17)
        let filters = [StoreFilter](repeating: .exact([]), count: 17)
        _ = try StoreMatcher(
            selectors: Array(selectors.dropLast()), filters: Array(filters.dropLast()))
        #expect(throws: StoreError.self) { try StoreMatcher(selectors: selectors, filters: []) }
        #expect(throws: StoreError.self) {
            try StoreMatcher(selectors: [prefix("a")], filters: filters)
        }
    }

    @Test("a pattern that cannot be compiled refuses the whole choice")
    func badPatterns() {
        #expect(throws: StoreError.self) {
            try StoreMatcher(selectors: [prefix("a"), prefix("b", "(")], filters: [])
        }
        #expect(throws: StoreError.self) {
            try StoreMatcher(selectors: [prefix("a")], filters: [.exact([]), .regex("[")])
        }
    }

    @Test("the choice is what a plain reading of selectors and filters says")
    func plainModel() throws {
        var random = SystemRandomNumberGenerator()
        func bytes(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in
                UInt8.random(in: 0x61...0x62, using: &random)
            }
        }
        for _ in 0..<500 {
            let selectors = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                StoreSelector(
                    prefix: bytes(2),
                    pattern: Bool.random() ? nil : String(decoding: bytes(2), as: UTF8.self))
            }
            let filters: [StoreFilter] = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                switch Int.random(in: 0...2, using: &random) {
                case 0: .exact(bytes(3))
                case 1: .prefix(bytes(2))
                default: .regex(String(decoding: bytes(2), as: UTF8.self))
                }
            }
            let matcher = try StoreMatcher(selectors: selectors, filters: filters)
            let (key, value) = (bytes(5), bytes(5))
            let isKeyChosen = selectors.contains { selector in
                key.starts(with: selector.prefix)
                    && contains(
                        key.dropFirst(selector.prefix.count), Array((selector.pattern ?? "").utf8))
            }
            let isValueChosen =
                filters.isEmpty
                || filters.contains { filter in
                    switch filter {
                    case .exact(let bytes): value == bytes
                    case .prefix(let bytes): value.starts(with: bytes)
                    case .regex(let text): contains(value[...], Array(text.utf8))
                    }
                }
            #expect(
                matcher.matches(StoreEntry(key: key, value: value))
                    == (isKeyChosen && isValueChosen))
        }
    }

    private func contains(_ text: ArraySlice<UInt8>, _ part: [UInt8]) -> Bool {
        text.indices.contains { text[$0...].starts(with: part) } || part.isEmpty
    }
}
