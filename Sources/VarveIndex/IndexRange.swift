import VarveBytes

/// The keys from one, which belongs to the range, up to another, which does not.
package struct IndexRange: Sendable, Equatable {
    /// The lowest key; empty for the beginning.
    package let from: [UInt8]
    /// The first key that is too high; nil for no end.
    package let before: [UInt8]?

    /// Every key.
    package static let all = IndexRange(from: [], before: nil)

    /// The keys from `from` up to, not including, `before`.
    package init(from: [UInt8], before: [UInt8]?) {
        self.from = from
        self.before = before
    }

    /// The keys that begin with `prefix`; all of them when it is empty.
    package init(prefix: [UInt8]) {
        from = prefix
        // The first key behind them: the last byte that can be one more is, and ends it.
        if let last = prefix.lastIndex(where: { $0 < 0xff }) {
            before = Array(prefix[..<last]) + [prefix[last] + 1]
        } else {
            before = nil
        }
    }

    /// True when no key can be in it.
    package var isEmpty: Bool {
        guard let before else { return false }
        return !from.withUnsafeBytes { from in before.withUnsafeBytes { from.sortsBefore($0) } }
    }
}
