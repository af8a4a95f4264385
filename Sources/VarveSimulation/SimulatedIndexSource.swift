import Synchronization
import VarvePlatform
package import VarveIndex

/// Indexes that lose power when told to, and then keep only what the contract of `OrderedIndex`
/// promises and a random part of the rest.
///
/// What must be survived: every batch written before the last successful `flush` or `ingest`, and
/// that an index was made or destroyed. What may survive: the batches since then, the first so and
/// so many of them, each whole; with a barrier only those of the buffers that were full, the
/// barrier having been passed. Whatever was opened before a crash is dead: all it does throws.
package final class SimulatedIndexSource: IndexSource {
    /// One index, open or not.
    struct Contents {
        var live = MemoryTable()
        var durable = MemoryTable()
        /// What the index was after each batch that is not flushed, in order.
        var unflushed: [MemoryTable] = []
        /// How many batches were ever written.
        var written = 0
        /// How many of these may be on disk, where a barrier had to be passed; nil: all may.
        var passed: Int?

        /// How many batches a crash may leave, at most.
        var most: Int { max(flushed, min(passed ?? written, written)) }
        /// How many batches are on stable storage.
        var flushed: Int { written - unflushed.count }

        /// Puts everything on stable storage.
        mutating func flush() {
            durable = live
            unflushed.removeAll()
        }

        /// Puts the first so many of all batches on stable storage.
        mutating func flush(through count: Int) {
            let new = count - flushed
            guard new > 0 else { return }
            durable = unflushed[new - 1]
            unflushed.removeFirst(new)
        }

        /// Loses what is not on stable storage.
        mutating func forget() {
            live = durable
            written = flushed
            unflushed.removeAll()
        }
    }

    fileprivate struct State {
        var boot = 0
        var indexes: [String: Contents] = [:]
        var opened: Set<String> = []
        var failure: IndexError?
        weak var observer: (any IndexObserver)?
    }

    private let state = Mutex(State())

    /// A source without indexes.
    package init() {}

    package func open(
        _ name: String, behind barrier: IndexBarrier?
    ) throws(IndexError) -> any OrderedIndex {
        try IndexName.check(name)
        let boot = try state.withLock { (state) throws(IndexError) in
            guard state.opened.insert(name).inserted else { throw .locked(directory: name) }
            var contents = state.indexes[name] ?? Contents()
            // Closing without a barrier flushes.
            if barrier != nil { contents.flush() }
            contents.passed = barrier == nil ? nil : contents.written
            state.indexes[name] = contents
            return state.boot
        }
        return SimulatedIndex(self, name: name, boot: boot, readOnlyTable: nil, behind: barrier)
    }

    package func openReadOnly(_ name: String) throws(IndexError) -> any OrderedIndex {
        try IndexName.check(name)
        let (boot, table) = try state.withLock { (state) throws(IndexError) in
            guard let contents = state.indexes[name] else { throw .notFound(directory: name) }
            return (state.boot, contents.durable)
        }
        return SimulatedIndex(self, name: name, boot: boot, readOnlyTable: table)
    }

    package func destroy(_ name: String) throws(IndexError) {
        try IndexName.check(name)
        try state.withLock { (state) throws(IndexError) in
            guard !state.opened.contains(name) else { throw .locked(directory: name) }
            state.indexes[name] = nil
        }
    }

    /// Ends every use of the indexes as a crash does, and leaves of each what `outcome` says.
    package func crash(_ outcome: CrashOutcome) {
        state.withLock { state in
            state.boot += 1
            state.opened = []
            state.failure = nil
            // In the order of names: the same seed has the same outcome.
            for name in state.indexes.keys.sorted() {
                state.indexes[name]?.crash(outcome, name: name)
            }
        }
    }

    /// Has `observer`, which must outlive its use, called before each scan.
    package func observe(_ observer: any IndexObserver) {
        state.withLock { $0.observer = observer }
    }

    /// A scan of an index begins.
    func willScan() {
        state.withLock { $0.observer }?.indexWillBeScanned()
    }

    /// From now on every change, flush, run and copy throws `error`; nil ends that.
    package func fail(with error: IndexError?) {
        state.withLock { $0.failure = error }
    }

    /// What a crash that takes all it can would leave of an index; nil when there is none.
    package func contents(of name: String) -> MemoryTable? {
        state.withLock { $0.indexes[name]?.durable }
    }

    /// Puts other durable contents, or an index, where nobody has one open: those of an older
    /// copy, or a part of them.
    package func replace(_ name: String, by table: MemoryTable) throws(IndexError) {
        try IndexName.check(name)
        try state.withLock { (state) throws(IndexError) in
            guard !state.opened.contains(name) else { throw .locked(directory: name) }
            state.indexes[name] = Contents(live: table, durable: table)
        }
    }

    /// Runs one operation of an index that was opened after boot number `boot`.
    func withContents<R: Sendable>(
        of index: SimulatedIndex, changing: Bool,
        _ body: (inout Contents) throws(IndexError) -> R
    ) throws(IndexError) -> R {
        try state.withLock { (state) throws(IndexError) in
            try state.check(index)
            if changing, let failure = state.failure { throw failure }
            guard var contents = state.indexes[index.name] else {
                throw .notFound(directory: index.name)
            }
            // Taken out, so that a change does not copy what nobody else has.
            state.indexes[index.name] = Contents()
            defer { state.indexes[index.name] = contents }
            return try body(&contents)
        }
    }

    /// Makes `table` the durable contents of a new index.
    func keep(_ table: MemoryTable, as name: String) throws(IndexError) {
        try IndexName.check(name)
        try state.withLock { (state) throws(IndexError) in
            guard state.indexes[name] == nil else { throw .alreadyExists(directory: name) }
            state.indexes[name] = Contents(live: table, durable: table)
        }
    }

    /// The index is open no more.
    func close(_ index: SimulatedIndex) {
        state.withLock { state in
            // One from before a crash ended with it.
            guard state.boot == index.boot else { return }
            state.opened.remove(index.name)
            // Behind a barrier, closing flushes no more than what was on its way.
            guard state.indexes[index.name]?.passed != nil else { return }
            state.indexes[index.name]?.crash(.keepingAll, name: index.name)
        }
    }

    /// Throws when the index was opened before a crash.
    func check(_ index: SimulatedIndex) throws(IndexError) {
        try state.withLock { (state) throws(IndexError) in try state.check(index) }
    }
}

extension SimulatedIndexSource.State {
    fileprivate func check(_ index: SimulatedIndex) throws(IndexError) {
        guard boot == index.boot else {
            throw .failed(directory: index.name, detail: "it was opened before a crash")
        }
    }
}

extension SimulatedIndexSource.Contents {
    /// Keeps the durable part and some of the batches behind it.
    fileprivate mutating func crash(_ outcome: CrashOutcome, name: String) {
        switch outcome {
        case .keepingAll: flush(through: most)
        case .losingAll: break
        case .random(let seed):
            var mixed = seed
            for byte in name.utf8 { mixed = mixed &* 31 &+ UInt64(byte) }
            let kept = SeededRandom(seed: mixed).next(below: most - flushed + 1)
            flush(through: flushed + kept)
        }
        forget()
    }
}
