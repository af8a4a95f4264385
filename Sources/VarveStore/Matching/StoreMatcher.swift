import VarveBytes

/// Chooses entries: one of the selectors must choose the key, and one of the filters the value.
///
/// Without filters every value is chosen. Thread rule: any number of threads may use one.
package final class StoreMatcher: Sendable {
    /// A selector with its pattern compiled.
    private struct Selector: Sendable {
        let prefix: [UInt8]
        let pattern: KeyPattern?

        func chooses(_ key: UnsafeRawBufferPointer) -> Bool {
            guard let rest = StoreMatcher.rest(of: key, behind: prefix) else { return false }
            return pattern?.matches(rest) ?? true
        }
    }

    /// A filter with its pattern compiled.
    private enum Filter: Sendable {
        case exact([UInt8])
        case prefix([UInt8])
        case pattern(KeyPattern)

        func chooses(_ value: UnsafeRawBufferPointer) -> Bool {
            switch self {
            case .exact(let bytes): bytes.withUnsafeBytes { value.equals($0) }
            case .prefix(let bytes): StoreMatcher.rest(of: value, behind: bytes) != nil
            case .pattern(let pattern): pattern.matches(value)
            }
        }
    }

    private let selectors: [Selector]
    private let filters: [Filter]

    /// What these selectors and filters choose.
    /// - Throws: `invalidPattern`; also for no selector, or more of either than there may be.
    package init(selectors: [StoreSelector], filters: [StoreFilter]) throws(StoreError) {
        guard (1...StoreLimits.selectorsMax).contains(selectors.count) else {
            throw .invalidPattern(
                "there are \(selectors.count) selectors; 1 to \(StoreLimits.selectorsMax) may be",
                field: "selectors")
        }
        guard filters.count <= StoreLimits.filtersMax else {
            throw .invalidPattern(
                "there are \(filters.count) filters; at most \(StoreLimits.filtersMax) may be",
                field: "value_filters")
        }
        var compiledSelectors: [Selector] = []
        for (index, selector) in selectors.enumerated() {
            let pattern = try Self.pattern(selector.pattern, "selectors[\(index)].payload_regex")
            compiledSelectors.append(Selector(prefix: selector.prefix, pattern: pattern))
        }
        var compiledFilters: [Filter] = []
        for (index, filter) in filters.enumerated() {
            switch filter {
            case .exact(let bytes): compiledFilters.append(.exact(bytes))
            case .prefix(let bytes): compiledFilters.append(.prefix(bytes))
            case .regex(let source):
                let pattern = try KeyPattern(source, field: "value_filters[\(index)].regex")
                compiledFilters.append(.pattern(pattern))
            }
        }
        self.selectors = compiledSelectors
        self.filters = compiledFilters
    }

    /// True when the entry is chosen. Linear in the key and, where there are patterns for it, the
    /// value.
    package func matches(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        matches(key: key) && matches(value: value)
    }

    /// True when an entry is chosen.
    package func matches(_ entry: StoreEntry) -> Bool {
        entry.key.withUnsafeBytes { key in
            entry.value.withUnsafeBytes { matches(key: key, value: $0) }
        }
    }

    /// True when a selector chooses the key.
    package func matches(key: UnsafeRawBufferPointer) -> Bool {
        selectors.contains { $0.chooses(key) }
    }

    /// True when a filter chooses the value, or there is none.
    package func matches(value: UnsafeRawBufferPointer) -> Bool {
        filters.isEmpty || filters.contains { $0.chooses(value) }
    }

    /// What follows the prefix; nil when `bytes` begin otherwise.
    static func rest(
        of bytes: UnsafeRawBufferPointer, behind prefix: [UInt8]
    ) -> UnsafeRawBufferPointer? {
        guard bytes.count >= prefix.count else { return nil }
        let isThere = prefix.withUnsafeBytes {
            UnsafeRawBufferPointer(rebasing: bytes[..<prefix.count]).equals($0)
        }
        return isThere ? UnsafeRawBufferPointer(rebasing: bytes[prefix.count...]) : nil
    }

    /// The pattern of a selector; nil where any rest will do.
    private static func pattern(
        _ source: String?, _ field: String
    ) throws(StoreError) -> KeyPattern? {
        guard let source, !source.isEmpty else { return nil }
        return try KeyPattern(source, field: field)
    }
}
