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
    private final class Gate: @unchecked Sendable {
        // Sendable: everything is touched under the condition's lock.
        private let condition = Condition()
        private var isOpen = true
        private var waiting = 0

        var count: Int { condition.withLock { waiting } }

        func set(open: Bool) {
            condition.withLock {
                isOpen = open
                condition.broadcast()
            }
        }

        func pass() {
            condition.lock()
            waiting += 1
            while !isOpen { condition.wait() }
            waiting -= 1
            condition.unlock()
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
