import VarveIndex
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStore
import VarveStreams

/// The key-value store of a world: the engine, on the log that has the streams, and the model of
/// what must be in it.
final class KeyWorld {
    /// A view of one moment that somebody holds.
    struct HeldSnapshot {
        var snapshot: StoreSnapshot
        /// What it must show, however long it is held.
        var entries: [StoreEntry]
    }

    /// Somebody who follows the batches, over all lives of the store.
    struct Follower {
        /// What it follows with; nil until it asks again after the end of a life.
        var subscription: StoreSubscription?
        /// The next batch to look at.
        var next: UInt64
        /// The last batch that it was told of; 0 without any.
        var seen: UInt64 = 0
        /// How the keys begin that it wants.
        var prefix: StoreKey
    }

    /// What of the store's streams was seen last.
    private struct Watch {
        let batches: LogStream
        let policies: LogStream
        var batchCount: UInt64
        var policyCount: UInt64
        var first: UInt64
    }

    /// The name of the index.
    static let index = "store"

    unowned let world: World
    let swarm: KeySwarm
    let space: KeySpace
    private(set) var store: Store?
    private(set) var model = KeyModel()
    /// The batch that is to be staged next.
    var pendingBatch: StoreBatch?
    /// The setting or prune that is to be staged next.
    var pendingPolicy: KeyModel.Change?
    /// How far somebody wants batches to be dropped.
    var trimTarget: UInt64 = 0
    var held: [HeldSnapshot] = []
    var followers: [Follower] = []
    /// Indexes as they were earlier, the oldest first.
    private(set) var oldIndexes: [MemoryTable] = []
    /// True when the log has lost what the index needs: there is no store any more.
    private(set) var isLost = false
    private var watch: Watch?
    /// The frame that made the last batch.
    private(set) var lastBatchLSN: UInt64 = 0

    /// The store of a world, not open.
    init(_ world: World) {
        self.world = world
        swarm = world.swarm.keys
        space = KeySpace(random: world.random, valueBytesMax: swarm.valueBytesMax)
    }

    // MARK: Opening and ending

    /// Opens the store on a log that was just opened; what it fails with.
    func open(on log: EventLog) -> StoreError? {
        guard swarm.isOn, !isLost else { return nil }
        do throws(StoreError) {
            // With a key the index is in memory, as on a server.
            store = try Store(
                on: log, indexes: world.options.isEncrypted ? nil : world.indexes,
                options: swarm.options)
        } catch {
            return error
        }
        do throws(LogError) {
            guard let batches = try Self.stream("\0store/batches", in: log),
                let policies = try Self.stream("\0store/policies", in: log)
            else { return .log(.unknownStream) }
            let (batchCount, first) = batches.withLock {
                ($0.tail.record, $0.visibleStart.record)
            }
            watch = Watch(
                batches: batches, policies: policies, batchCount: batchCount,
                policyCount: policies.withLock { $0.tail.record }, first: first)
            return nil
        } catch {
            return .log(error)
        }
    }

    private static func stream(_ name: String, in log: EventLog) throws(LogError) -> LogStream? {
        try Array(name.utf8).span.withUnsafeBytes { (name) throws(LogError) in
            try log.find(name: name, blocking: true)
        }
    }

    /// Closes the store in order, before its log.
    func close() {
        store?.close()
        end()
    }

    /// Ends the store after the process with its log and its indexes has ended.
    func end() {
        endReaders()
        watch = nil
        // An index that is dead already takes nothing more.
        store?.close()
        store = nil
        for index in followers.indices { followers[index].subscription = nil }
    }

    /// Everybody who reads is gone.
    func endReaders() {
        held = []
    }

    /// The store, unless who reads at this moment would have to wait for another thread.
    var readable: Store? {
        guard let store, let log = world.engine?.log, world.isNested else { return store }
        model.advance(through: log.durable.rawValue)
        let waitsForSync = store.isBehind && log.synced < log.durable
        return store.isApplying || model.hasPendingTrim || waitsForSync ? nil : store
    }

    // MARK: What the log has of it

    /// What readers see at this moment.
    var visible: KeyModel.State {
        get throws(Violation) {
            model.advance(through: try world.open.log.durable.rawValue)
            return model.visible
        }
    }

    /// Looks at the store's streams: what was staged since the last look is what was to be staged,
    /// and the model has it too.
    func noteLog() throws(Violation) {
        guard let log = world.engine?.log, var watch else { return }
        model.advance(through: log.durable.rawValue)
        let (batchCount, batchLSN, first, trimLSN) = watch.batches.withLock {
            ($0.tail.record, $0.lastLSN, $0.visibleStart.record, $0.structuralLSN)
        }
        let (policyCount, policyLSN) = watch.policies.withLock { ($0.tail.record, $0.lastLSN) }
        if batchCount != watch.batchCount {
            guard let batch = pendingBatch, batchCount == batch.sequence,
                batchCount == watch.batchCount + 1
            else { throw Violation("batch \(batchCount) was staged, and nobody wrote it") }
            pendingBatch = nil
            lastBatchLSN = batchLSN.rawValue
            model.apply(.batch(batch), lsn: lastBatchLSN)
        }
        if policyCount != watch.policyCount {
            try Violation.require(
                policyCount == watch.policyCount + 1, "\(policyCount) policies at once")
            // Without one to come it is the setting once more, before old ones go.
            if let change = pendingPolicy { model.apply(change, lsn: policyLSN.rawValue) }
            pendingPolicy = nil
        }
        if first != watch.first {
            let kept = min(model.visible.cutoff, model.visible.current + 1)
            try Violation.require(
                first + 1 <= max(trimTarget, kept),
                "the batches before \(first + 1) go, and \(max(trimTarget, kept)) is to stay")
            world.trace.note("batches before \(first + 1) go")
            model.apply(.trim(below: first + 1), lsn: trimLSN.rawValue)
        }
        watch.batchCount = batchCount
        watch.policyCount = policyCount
        watch.first = first
        self.watch = watch
    }

    // MARK: Recovery

    /// Takes back what lies behind `lsn`.
    ///
    /// - Parameter hasLost: whether the log has lost what was seen already, as a weak mode or a
    ///   flipped bit may have it.
    func cut(after lsn: UInt64, hasLost: Bool) throws(Violation) {
        pendingBatch = nil
        pendingPolicy = nil
        model.cut(after: lsn)
        let current = model.visible.current
        for index in followers.indices where followers[index].seen > current {
            try Violation.require(
                hasLost, "somebody saw batch \(followers[index].seen), which is gone")
            followers[index].seen = current
            followers[index].next = current + 1
        }
        // They may have batches that are others now.
        if hasLost { oldIndexes = [] }
    }

    /// Whether the store may be opened anew after `error`, without the index that it had: the log
    /// has lost what was synced, by a flipped bit, and the index has it.
    func mayStartOver(after error: StoreError, hasLost: Bool) -> Bool {
        guard error.code == "index", hasLost else { return false }
        world.trace.note("the index is ahead of the log, and goes")
        isLost = model.mayLackEvents
        return (try? world.indexes.destroy(Self.index)) != nil
    }

    /// Takes the index of the closed store away, or puts an older one in its place. The store has
    /// it again, made anew; or says that this cannot be, and gets the right one back.
    func loseIndexSometimes() throws(Violation) {
        guard swarm.isOn, !isLost, world.engine == nil, !world.options.isEncrypted,
            let contents = world.indexes.contents(of: Self.index)
        else { return }
        if world.chance(6) {
            world.trace.note("the index is gone")
            try change { (indexes) throws(IndexError) in try indexes.destroy(Self.index) }
        } else if world.chance(6), !oldIndexes.isEmpty {
            let old = oldIndexes[world.random.next(below: oldIndexes.count)]
            world.trace.note("the index is an old one")
            try change { (indexes) throws(IndexError) in try indexes.replace(Self.index, by: old) }
        } else {
            return
        }
        guard let error = world.openEngine() else { return world.kill() }
        world.trace.note("not opened: \(error.code)")
        try Violation.require(
            error.code == "index" && model.mayLackEvents,
            "the store does not make its index again: \(error)")
        try change { (indexes) throws(IndexError) in
            try indexes.replace(Self.index, by: contents)
        }
    }

    private func change(
        _ body: (SimulatedIndexSource) throws(IndexError) -> Void
    ) throws(Violation) {
        do throws(IndexError) {
            try body(world.indexes)
        } catch {
            throw Violation("the index cannot be changed: \(error)")
        }
    }

    /// Keeps a copy of the index, to be put back later.
    func keepIndex() {
        guard let contents = world.indexes.contents(of: Self.index) else { return }
        if oldIndexes.count == 4 { oldIndexes.removeFirst() }
        oldIndexes.append(contents)
    }
}
