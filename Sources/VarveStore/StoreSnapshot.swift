public import VarveIndex
import VarveLog

/// The store at one moment, whatever is written later; holds resources until it is released.
///
/// Thread rule: any thread, several at once.
public final class StoreSnapshot: Sendable {
    /// The sequence of the newest batch that it shows.
    public let sequence: UInt64
    /// The index at that moment.
    package let reader: any IndexReader

    init(of index: StoreIndex) throws(StoreError) {
        let ordered = try index.ordered
        reader = try StoreIndex.wrapping { () throws(IndexError) in try ordered.snapshot() }
        sequence = try StoreIndex.marker(in: reader)?.batchPlace.record ?? 0
    }

    /// The value of a key; nil when there is none.
    public func get(_ key: StoreKey) throws(StoreError) -> [UInt8]? {
        try key.span.withUnsafeBytes { (key) throws(StoreError) in try get(key) }
    }

    /// The value of a key; nil when there is none.
    package func get(_ key: UnsafeRawBufferPointer) throws(StoreError) -> [UInt8]? {
        try StoreIndex.value(of: key, in: reader)
    }

    /// The entries with keys from `from` up to `through`, as `StoreEngine.rangeScan`.
    public func rangeScan(
        from: StoreKey, through: StoreKey, limit: Int?, order: ScanOrder
    ) -> StoreScan {
        StoreScan(
            ScanCursor(self, from: from, through: through, order: order), sequence: sequence,
            limit: limit)
    }

    /// Calls `body` with the keys from `from` up to `through` and their values, in `order`, until
    /// it returns false; an empty `through` is no end. The memory is valid during the call.
    package func forEach(
        from: StoreKey, through: StoreKey, order: ScanOrder = .ascending,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        try forEach(in: IndexFormat.range(from: from, through: through), order, body)
    }

    /// The same with all keys that begin with `prefix`, ascending.
    func forEach(
        prefix: [UInt8],
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        try forEach(
            in: IndexRange(prefix: [IndexFormat.keyPrefix] + prefix), .ascending, body)
    }

    /// The same within a range of the index's keys.
    func forEach(
        in range: IndexRange, _ order: ScanOrder,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        var damage: StoreError?
        _ = try StoreIndex.wrapping { () throws(IndexError) in
            try reader.scan(range, order, waiting: true) { key, value in
                guard value.count >= IndexFormat.sequenceBytes else {
                    damage = .index("a row's value is shorter than a sequence")
                    return false
                }
                return body(
                    UnsafeRawBufferPointer(rebasing: key[1...]),
                    UnsafeRawBufferPointer(rebasing: value[IndexFormat.sequenceBytes...]))
            }
        }
        if let damage { throw damage }
    }
}
