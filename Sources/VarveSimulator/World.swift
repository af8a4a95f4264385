import VarveIndex
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage
import VarveStore
import VarveStreams

/// One store under simulation: the engine, the disk below it, and the model of what must be in it.
///
/// Everything happens on one thread. Where the flusher or the preparer uses the volume, other
/// operations may run in between, as other threads would (`Interleaver`).
final class World {
    let options: SimulationOptions
    let random: SeededRandom
    let swarm: Swarm
    let trace: Trace
    let disk = SimulatedVolume()
    let plan: FaultPlan
    /// Tells of the engine's uses of its volume.
    let observed: FaultPlan
    let clock = ManualClock()
    let payloads: Payloads
    let volume: FaultyVolume
    let indexes = SimulatedIndexSource()
    /// The nonces of an encrypted store, and where the ids of its files come from.
    let nonces = NonceLedger()
    let fileRandom: SeededRandom
    /// Whether the catalog stands still together with the disk, or goes on up to the disk's next
    /// change.
    var freezesIndexes = false
    /// Catalogs as they were earlier, the oldest first.
    var oldCatalogs: [MemoryTable] = []
    /// Pages that readers found and have not read to their end.
    var held: [HeldPage] = []
    /// Whether records were erased since the store was opened: segments say so then before any mark
    /// covers the frame.
    var hasRedacted = false
    /// What was erased, and in no file any more.
    var erased: [[UInt8]] = []
    /// What keeps the files of the log as they are, and the segments that were there then.
    var pin: (pin: FilePin, segments: [String])?
    /// How many faults there had been when the store was opened.
    private(set) var firedAtOpening = 0
    /// When streams are looked at again whose trim the log could not take; none beyond the opening.
    var postponed: [UInt64: UInt64] = [:]
    /// Whether no fault kept opening from tidying up.
    private(set) var wasOpenedCleanly = true
    private let interleaver = Interleaver()

    var model = Model()
    /// The key-value store, if there is one.
    private(set) lazy var keys = KeyWorld(self)
    /// Where the log ended when it was opened, before anything was added.
    private(set) var recovered = LSN.none
    var result: SimulationResult
    private(set) var engine: StreamEngine?
    /// Answers that have not left.
    private var answers: [Answer] = []
    /// Everything up to here was seen by someone.
    private(set) var seen: UInt64 = 0
    /// Everything up to here was on stable storage, as the engine said.
    private(set) var synced: UInt64 = 0
    /// Everything up to here is on disk and marked there as synced: damage must be reported.
    var marked: UInt64 = 0
    /// How far the log was durable when it was last looked at.
    private var lastDurable: UInt64 = 0
    /// The last LSN that was handed out.
    private(set) var staged: UInt64 = 0
    /// The durable LSN when the log failed; it must not move afterwards.
    private var durableAtFailure: UInt64?
    /// True while the flusher or the preparer takes a turn.
    private var isStepping = false
    private(set) var isNested = false
    /// True while an operation is under way, and not an opening or a check.
    private var isOperating = false
    /// True while the engine is being closed: it takes nothing more.
    private(set) var isClosing = false
    private var nestedViolation: Violation?

    /// A store without files.
    ///
    /// - Parameter swarm: what the run is like; nil = as the seed says.
    init(_ options: SimulationOptions, swarm: Swarm? = nil) {
        self.options = options
        random = SeededRandom(seed: options.seed)
        let choices = SeededRandom(seed: random.next())
        self.swarm =
            swarm
            ?? Swarm(
                random: choices,
                keys: KeySwarm(seed: options.seed, isWanted: options.hasStore),
                isWeak: options.isWeak)
        plan = FaultPlan(seed: random.next())
        // An encrypted volume does several things below for one above: others act between those.
        observed = options.isEncrypted ? FaultPlan() : plan
        payloads = Payloads(random: SeededRandom(seed: random.next()))
        trace = Trace(options.keepsTrace ? .lines : options.hashesTrace ? .hash : .nothing)
        volume = FaultyVolume(disk, plan: plan)
        // Not drawn: a store does the same with a key and without.
        fileRandom = SeededRandom(seed: ~options.seed)
        result = SimulationResult(seed: options.seed)
        interleaver.world = self
        observed.observe(interleaver)
        indexes.observe(interleaver)
        if options.isCanary { plan.fail(.sync, count: .max, with: .pretending) }
    }

    /// The engine's calls. Only while it is open.
    var requests: Requests {
        get throws(Violation) { Requests(engine: try open) }
    }

    /// The engine; operations rely on it.
    var open: StreamEngine {
        get throws(Violation) {
            guard let engine else { throw Violation("an operation without an open engine") }
            return engine
        }
    }

    /// The time on the wall.
    var now: UInt64 { clock.wallMilliseconds() }

    /// True in so many of a hundred cases.
    func chance(_ percent: Int) -> Bool { random.next(below: 100) < percent }

    // MARK: Opening and ending

    /// Opens the store once; what it throws is up to the faults.
    func openEngine() -> StoreError? {
        let fired = plan.firedCount
        isOperating = false
        do throws(LogError) {
            let engine = try StreamEngine.open(
                volume: startingEngine(), indexes: indexes, logOptions: swarm.logOptions,
                options: swarm.streamOptions, clock: clock,
                random: SeededRandom(seed: random.next()))
            self.engine = engine
            recovered = engine.log.durable
            // Opening syncs what it found, and the key-value store relies on that.
            let hasLost = recovered.rawValue < synced
            synced = max(synced, recovered.rawValue)
            let error = keys.open(on: engine.log)
            // A new key-value store has streams of its own, and these have frames.
            staged = max(staged, engine.log.staged.rawValue)
            firedAtOpening = plan.firedCount
            postponed = [:]
            wasOpenedCleanly = firedAtOpening == fired
            durableAtFailure = nil
            hasSettlingFailed = false
            guard let error else { return nil }
            kill()
            return keys.mayStartOver(after: error, hasLost: hasLost) ? openEngine() : error
        } catch {
            return .log(error)
        }
    }

    /// Everything that was found at opening is certain from now on.
    func begin(through lsn: UInt64) {
        answers = []
        seen = lsn
        synced = lsn
        marked = lsn
        staged = lsn
        lastDurable = lsn
        hasRedacted = false
    }

    /// Ends the engine as the death of its process does: what an index keeps in memory is lost.
    func kill() {
        endReaders()
        engine?.log.abandon()
        engine?.close()
        engine = nil
        indexes.crash(indexOutcome())
        keys.end()
    }

    /// The power goes, after the engine ended in whatever way.
    func losePower(_ outcome: CrashOutcome) {
        disk.crash(outcome)
        indexes.crash(indexOutcome())
    }

    private func indexOutcome() -> CrashOutcome {
        switch random.next(below: 4) {
        case 0: .keepingAll
        case 1: .losingAll
        default: .random(seed: random.next())
        }
    }

    /// Closes the engine in order; afterwards everything staged is on disk, unless it had failed.
    func close() throws(Violation) {
        guard let engine else { return }
        endReaders()
        keys.close()
        let syncs = plan.count(of: .sync)
        let isIdle = engine.log.synced.rawValue == engine.log.staged.rawValue
        isStepping = true
        isClosing = true
        engine.close()
        isClosing = false
        isStepping = false
        endReaders()
        self.engine = nil
        try rethrowNested()
        staged = max(staged, engine.log.staged.rawValue)
        synced = max(synced, engine.log.synced.rawValue)
        guard engine.log.failure == .closed else { return }
        try Violation.require(
            engine.log.synced == engine.log.staged, "an orderly end leaves something unsynced")
        seen = max(seen, synced)
        if isIdle, plan.count(of: .sync) > syncs { marked = synced }
    }

    // MARK: Steps of the log's workers

    /// One turn of the flusher; `isStrong` if somebody wants everything on stable storage, whatever
    /// the log's mode.
    func stepFlusher(isStrong: Bool = false) throws(Violation) {
        let log = try open.log
        let wanted = log.staged
        let before = log.synced.rawValue
        let isIdle = log.staged.rawValue == before
        let syncs = plan.count(of: .sync)
        isStepping = true
        let error = isStrong ? Self.waitUntilSynced(log, wanted) : nil
        if !isStrong { log.stepFlusher() }
        isStepping = false
        try Violation.require(
            error == nil || log.failure != nil,
            "syncing failed without a failure: \(error?.code ?? "")")
        try Violation.require(
            !isStrong || error != nil || log.synced >= wanted, "synced only as far as \(log.synced)"
        )
        if log.failure == nil {
            // A group says what was synced before it was written.
            if log.synced.rawValue > before { marked = max(marked, before) }
            if isIdle, plan.count(of: .sync) > syncs { marked = before }
        }
        trace.note("flushed through \(log.durable) synced \(log.synced)")
        try noteDurable()
        try rethrowNested()
    }

    private static func waitUntilSynced(_ log: EventLog, _ lsn: LSN) -> LogError? {
        do throws(LogError) {
            try log.waitUntilSynced(lsn)
            return nil
        } catch {
            return error
        }
    }

    /// One turn of the preparer; false when it had nothing to do.
    func stepPreparer() throws(Violation) -> Bool {
        isStepping = true
        let hasWorked = try open.log.stepPreparer()
        isStepping = false
        try rethrowNested()
        return hasWorked
    }

    /// Does what the arranger's thread would: another thread may act when it uses the disk.
    func asWorker<R>(_ body: () -> R) -> R {
        isStepping = true
        defer { isStepping = false }
        return body()
    }

    /// Does what nobody may act beside.
    func alone<R>(_ body: () -> R) -> R {
        let wasNested = isNested
        isNested = true
        defer { isNested = wasNested }
        return body()
    }

    /// True when a settling failed: others may, until the log is opened again.
    var hasSettlingFailed = false
    /// True when the catalog refuses every change.
    private(set) var isIndexFailing = false

    /// Lets every change of the catalog fail from now on, or none.
    func failIndexes(_ fails: Bool) {
        if fails == isIndexFailing { return }
        isIndexFailing = fails
        indexes.fail(with: fails ? .failed(directory: "catalog", detail: "simulated") : nil)
    }

    func rethrowNested() throws(Violation) {
        if let nestedViolation { throw nestedViolation }
    }

    /// An operation of the volume begins: time may pass, and others may act.
    func volumeWillBegin(_ operation: FaultPlan.Operation, _ name: String) {
        trace.note("io \(operation) \(name)")
        noteKeys()
        if freezesIndexes, let left = plan.changesLeft, left <= 1 { failIndexes(true) }
        if swarm.latencyPercent > 0, chance(swarm.latencyPercent) {
            clock.advance(milliseconds: UInt64(random.next(below: 400)))
        }
        guard isStepping, !isNested, nestedViolation == nil, operation != .read else { return }
        isNested = true
        defer { isNested = false }
        do throws(Violation) {
            try noteDurable()
            guard engine?.log.failure != .closed, chance(swarm.interleavePercent) else { return }
            for _ in 0...random.next(below: 3) {
                let operation = swarm.operation(random)
                if operation.isConcurrent { try run(operation) }
            }
        } catch {
            nestedViolation = error
        }
    }

    /// The key-value store may have staged something since the last look.
    private func noteKeys() {
        guard nestedViolation == nil else { return }
        do throws(Violation) {
            try keys.noteLog()
        } catch {
            nestedViolation = error
        }
    }

    /// The catalog is read, as a rule to bring a stream into memory: segments may be merged just
    /// then.
    func indexWillBeScanned() {
        guard isOperating, !isStepping, !isNested, nestedViolation == nil,
            chance(swarm.interleavePercent / 10)
        else { return }
        isNested = true
        defer { isNested = false }
        do throws(Violation) {
            try merge()
        } catch {
            nestedViolation = error
        }
    }

    /// Does one operation and notes what is durable afterwards.
    func run(_ operation: any Operation) throws(Violation) {
        result.operations += 1
        isOperating = true
        try operation.run(in: self)
        if !isNested { isOperating = false }
        try rethrowNested()
        try noteDurable()
        if !isNested { try checkTotals() }
    }

    // MARK: Answers

    /// Notes that the engine gave an answer to be held until `visibleAt` is durable, and what
    /// whoever gets it can tell.
    func answer(visibleAt: LSN, reveals: UInt64, use: (stream: UInt64, time: UInt64)? = nil) {
        trace.note("-> at \(visibleAt) reveals \(reveals)")
        answers.append(Answer(visibleAt: visibleAt.rawValue, reveals: reveals, use: use))
    }

    /// Looks at how far the log is durable: answers that waited for it leave now.
    func noteDurable() throws(Violation) {
        guard let log = engine?.log else { return }
        let durable = log.durable.rawValue
        staged = max(staged, log.staged.rawValue)
        try Violation.require(
            durable >= lastDurable, "the durable mark moved back from \(lastDurable) to \(durable)")
        lastDurable = durable
        try Violation.require(durable <= staged, "more is durable than was staged")
        if log.failure != nil {
            let last = durableAtFailure ?? durable
            durableAtFailure = last
            try Violation.require(durable == last, "something became durable after a failure")
        }
        seen = max(seen, durable)
        synced = max(synced, log.synced.rawValue)
        var waiting: [Answer] = []
        for answer in answers {
            guard answer.visibleAt <= durable else {
                waiting.append(answer)
                continue
            }
            try Violation.require(
                answer.reveals <= durable,
                "an answer told of LSN \(answer.reveals), and the log is durable up to \(durable)")
            result.acknowledgements += 1
            if let use = answer.use { model.wasUsed(use.stream, at: use.time) }
        }
        answers = waiting
    }
}
