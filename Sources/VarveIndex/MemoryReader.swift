/// A table that no longer changes, as something to read: the snapshot of the forms without a disk.
package final class MemoryReader: IndexReader {
    private let table: MemoryTable

    /// Reads `table`.
    package init(_ table: MemoryTable) {
        self.table = table
    }

    package func get(
        _ key: UnsafeRawBufferPointer, waiting: Bool, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup {
        try IndexLimits.checkKey(key)
        guard let value = table.value(of: key) else { return .absent }
        value.withUnsafeBytes(body)
        return .found
    }

    package func scan(
        _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        table.scan(range, order, body)
    }
}
