import VarveIndex

/// An index that holds what it was made in, so that no test removes files under it.
final class HeldIndex: OrderedIndex {
    let index: any OrderedIndex
    private let owner: IndexUnderTest

    init(_ index: any OrderedIndex, of owner: IndexUnderTest) {
        self.index = index
        self.owner = owner
    }

    func get(
        _ key: UnsafeRawBufferPointer, waiting: Bool, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup {
        try index.get(key, waiting: waiting, body)
    }

    func scan(
        _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        try index.scan(range, order, waiting: waiting, body)
    }

    func write(_ batch: borrowing IndexBatch) throws(IndexError) { try index.write(batch) }

    func flush() throws(IndexError) { try index.flush() }

    func snapshot() throws(IndexError) -> any IndexReader { try index.snapshot() }

    func ingest(_ run: borrowing IndexBatch) throws(IndexError) { try index.ingest(run) }

    func checkpoint(to directory: String) throws(IndexError) {
        try index.checkpoint(to: directory)
    }
}
