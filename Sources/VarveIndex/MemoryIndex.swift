import Synchronization

/// An index in memory, for servers that keep nothing and for tests.
///
/// It behaves as the form on disk does, errors included, except that nothing outlives its source.
/// Readers work on a copy that shares the entries, so that they never wait for a writer's batch to
/// end, nor it for them.
package final class MemoryIndex: OrderedIndex {
    /// What an index holds, whoever has it open.
    final class Contents: Sendable {
        let table: Mutex<MemoryTable>

        init(_ table: MemoryTable) {
            self.table = Mutex(table)
        }
    }

    private let name: String
    private let contents: Contents
    private let isReadOnly: Bool
    private let source: MemoryIndexSource

    init(name: String, contents: Contents, isReadOnly: Bool, source: MemoryIndexSource) {
        self.name = name
        self.contents = contents
        self.isReadOnly = isReadOnly
        self.source = source
    }

    deinit {
        if !isReadOnly { source.close(name) }
    }

    /// About how many bytes keys and values take.
    package var memoryBytes: Int { contents.table.withLock { $0.byteCount } }

    package func get(
        _ key: UnsafeRawBufferPointer, waiting: Bool, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup {
        try IndexLimits.checkKey(key)
        guard let value = contents.table.withLock({ $0.value(of: key) }) else { return .absent }
        value.withUnsafeBytes(body)
        return .found
    }

    package func scan(
        _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        contents.table.withLock { $0 }.scan(range, order, body)
    }

    package func write(_ batch: borrowing IndexBatch) throws(IndexError) {
        if isReadOnly { throw .readOnly(directory: name) }
        contents.table.withLock { $0.apply(batch) }
    }

    package func flush() throws(IndexError) {}

    package func snapshot() throws(IndexError) -> any IndexReader {
        MemoryReader(contents.table.withLock { $0 })
    }

    package func ingest(_ run: borrowing IndexBatch) throws(IndexError) {
        try run.checkSortedRun()
        try write(run)
    }

    package func checkpoint(to directory: String) throws(IndexError) {
        if isReadOnly { throw .readOnly(directory: name) }
        try source.keep(contents.table.withLock { $0 }, as: directory)
    }
}
