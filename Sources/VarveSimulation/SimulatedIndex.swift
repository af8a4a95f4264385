import VarveIndex

/// An open index of a simulated source; dead after the source crashed.
final class SimulatedIndex: OrderedIndex {
    let name: String
    /// The boot of the source that it belongs to.
    let boot: Int
    private let source: SimulatedIndexSource
    /// What it shows for good; nil when it is open for writing.
    private let readOnlyTable: MemoryTable?
    private let barrier: IndexBarrier?
    /// How many batches fill a write buffer: few, so that it happens often.
    private static let bufferBatches = 4

    init(
        _ source: SimulatedIndexSource, name: String, boot: Int, readOnlyTable: MemoryTable?,
        behind barrier: IndexBarrier? = nil
    ) {
        self.source = source
        self.name = name
        self.boot = boot
        self.readOnlyTable = readOnlyTable
        self.barrier = barrier
    }

    deinit {
        if readOnlyTable == nil { source.close(self) }
    }

    func get(
        _ key: UnsafeRawBufferPointer, waiting: Bool, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup {
        try MemoryReader(table()).get(key, waiting: waiting, body)
    }

    func scan(
        _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        source.willScan()
        return try table().scan(range, order, body)
    }

    func write(_ batch: borrowing IndexBatch) throws(IndexError) {
        if batch.isEmpty { return try checkWritable() }
        let written = try change { contents in
            contents.live.apply(batch)
            contents.unflushed.append(contents.live)
            contents.written += 1
            let isFull = contents.written - contents.most >= Self.bufferBatches
            return isFull ? contents.written : nil
        }
        guard let written, let barrier else { return }
        do throws(IndexError) {
            try barrier()
            try change { $0.passed = written }
        } catch {
            // What was written is there all the same, and the next write tries again.
        }
    }

    func flush() throws(IndexError) {
        if readOnlyTable != nil { return try source.check(self) }
        // What others write while the barrier is being passed is behind it.
        let written = try change { $0.written }
        try barrier?()
        try change { $0.flush(through: written) }
    }

    func snapshot() throws(IndexError) -> any IndexReader {
        MemoryReader(try table())
    }

    func ingest(_ run: borrowing IndexBatch) throws(IndexError) {
        try checkWritable()
        try run.checkSortedRun()
        try barrier?()
        try change { contents in
            contents.live.apply(run)
            contents.flush()
        }
    }

    func checkpoint(to directory: String) throws(IndexError) {
        let (written, table) = try change { ($0.written, $0.live) }
        try barrier?()
        try change { $0.flush(through: written) }
        try source.keep(table, as: directory)
    }

    private func table() throws(IndexError) -> MemoryTable {
        if let readOnlyTable {
            try source.check(self)
            return readOnlyTable
        }
        return try source.withContents(of: self, changing: false) { $0.live }
    }

    private func checkWritable() throws(IndexError) {
        try source.check(self)
        if readOnlyTable != nil { throw .readOnly(directory: name) }
    }

    private func change<R: Sendable>(
        _ body: (inout SimulatedIndexSource.Contents) -> R
    ) throws(IndexError) -> R {
        try checkWritable()
        return try source.withContents(of: self, changing: true) { contents in body(&contents) }
    }
}
