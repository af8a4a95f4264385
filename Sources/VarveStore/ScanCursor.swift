package import VarveIndex

/// A place in a range of a snapshot, from which it goes on page by page.
///
/// A page is as long as its taker says; memory does not grow with the range. Thread rule: one
/// thread at a time.
package final class ScanCursor {
    private let snapshot: StoreSnapshot
    private let order: ScanOrder
    private var range: IndexRange
    /// Whether there may be more.
    package private(set) var isOver: Bool

    /// A cursor at the beginning of a range: its lowest key, or its highest if `order` descends.
    package init(
        _ snapshot: StoreSnapshot, from: StoreKey, through: StoreKey, order: ScanOrder
    ) {
        self.snapshot = snapshot
        self.order = order
        range = IndexFormat.range(from: from, through: through)
        isOver = range.isEmpty
    }

    /// Calls `body` with the next entries until it returns false: the entry it was called with last
    /// is taken, and the next page goes on behind it.
    ///
    /// The memory is valid during the call. When `body` never returned false the range is over.
    package func page(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        if isOver { return }
        var last: [UInt8]?
        try snapshot.forEach(in: range, order) { key, value in
            if body(key, value) { return true }
            last = [IndexFormat.keyPrefix] + key
            return false
        }
        guard let last else {
            isOver = true
            return
        }
        switch order {
        case .ascending: range = IndexRange(from: last + [0], before: range.before)
        case .descending: range = IndexRange(from: range.from, before: last)
        }
    }
}
