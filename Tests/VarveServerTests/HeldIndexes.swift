import ServerProcess
import VarveIndex
import VarvePlatform

/// Indexes in memory whose snapshots, or whose writes, can be held up: whoever asks for one keeps
/// its thread, as a disk that takes very long would.
final class HeldIndexes: IndexSource {
    private final class Index: OrderedIndex {
        let base: any OrderedIndex
        let gate: Gate
        let writing: Gate

        init(_ base: any OrderedIndex, _ gate: Gate, _ writing: Gate) {
            self.base = base
            self.gate = gate
            self.writing = writing
        }

        func snapshot() throws(IndexError) -> any IndexReader {
            gate.pass()
            return try base.snapshot()
        }

        func write(_ batch: borrowing IndexBatch) throws(IndexError) {
            writing.pass()
            try base.write(batch)
        }

        func flush() throws(IndexError) { try base.flush() }

        func ingest(_ run: borrowing IndexBatch) throws(IndexError) { try base.ingest(run) }

        func checkpoint(to directory: String) throws(IndexError) {
            try base.checkpoint(to: directory)
        }

        func get(
            _ key: UnsafeRawBufferPointer, waiting: Bool,
            _ body: (UnsafeRawBufferPointer) -> Void
        ) throws(IndexError) -> IndexLookup {
            try base.get(key, waiting: waiting, body)
        }

        func scan(
            _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
            _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
        ) throws(IndexError) -> ScanEnd {
            try base.scan(range, order, waiting: waiting, body)
        }
    }

    /// Where those wait who are held up.
    private final class Gate: Sendable {
        private let state = Monitor((isOpen: true, waiting: 0))

        var count: Int { state.withLock { $0.waiting } }

        func set(open: Bool) {
            state.withLock { now in
                now.isOpen = open
                state.broadcast()
            }
        }

        func pass() {
            state.withLock { $0.waiting += 1 }
            state.wait { now -> Void? in
                guard now.isOpen else { return nil }
                now.waiting -= 1
                return ()
            }
        }
    }

    private let base = MemoryIndexSource()
    private let gate = Gate()
    private let writing = Gate()

    /// Holds up snapshots from now on, or lets all go.
    func hold(_ holds: Bool) { gate.set(open: !holds) }

    /// Holds up writes from now on, or lets all go.
    func holdWrites(_ holds: Bool) { writing.set(open: !holds) }

    /// Waits until a thread is held.
    func waitForOne() -> Bool { Deadline(seconds: 60).wait { gate.count == 1 } }

    func open(
        _ name: String, behind barrier: IndexBarrier?
    ) throws(IndexError) -> any OrderedIndex {
        Index(try base.open(name, behind: barrier), gate, writing)
    }

    func openReadOnly(_ name: String) throws(IndexError) -> any OrderedIndex {
        Index(try base.openReadOnly(name), gate, writing)
    }

    func destroy(_ name: String) throws(IndexError) { try base.destroy(name) }
}
