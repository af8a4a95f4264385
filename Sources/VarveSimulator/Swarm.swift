import VarveLog
import VarvePlatform
import VarveStreams

/// What one seed's run is like: which operations are frequent, how the log is opened, how often the
/// disk fails. Runs that differ in this find more than runs that all do a little of everything.
struct Swarm {
    /// The weight of each operation, in the order of `OperationTable.all`.
    private(set) var weights: [Int]
    /// How the log is opened.
    private(set) var logOptions = LogOptions()
    /// How many names there are for streams.
    private(set) var nameCount: Int
    /// Whether appends of several frames occur.
    private(set) var hasLargeAppends: Bool
    /// How many of a hundred cycles have a fault while operating.
    private(set) var faultPercent: Int
    /// How many of a hundred cycles end in the middle of a write or sync.
    private(set) var freezePercent: Int
    /// How many of a hundred openings have a fault.
    private(set) var recoveryFaultPercent: Int
    /// How many of a hundred openings find a flipped bit.
    private(set) var flipPercent: Int
    /// How many of a hundred volume operations let another thread act at that moment.
    private(set) var interleavePercent: Int
    /// How many of a hundred volume operations take long.
    private(set) var latencyPercent: Int
    /// How many of a hundred streams keep only a part.
    private(set) var retentionPercent: Int
    /// The quotas.
    private(set) var streamOptions = StreamOptions()
    /// The usual bytes of a record, at most.
    private(set) var recordBytesMax: Int
    /// The key-value store.
    let keys: KeySwarm

    /// The kind of run that `random` chooses, with that key-value store, and with a log that
    /// acknowledges what is not synced if it is to be weak.
    init(random: SeededRandom, keys: KeySwarm, isWeak: Bool = false) {
        self.keys = keys
        weights = OperationTable.streams.map { operation in
            random.next(below: 6) == 0 && !operation.isEssential
                ? 0 : operation.weight * [1, 1, 2, 4][random.next(below: 4)]
        }
        weights += keys.weights
        nameCount = [2, 4, 8, 20][random.next(below: 4)]
        hasLargeAppends = random.next(below: 6) == 0
        faultPercent = [0, 20, 40, 80][random.next(below: 4)]
        freezePercent = [0, 30, 60, 90][random.next(below: 4)]
        recoveryFaultPercent = [0, 10, 40][random.next(below: 3)]
        flipPercent = [0, 20, 60][random.next(below: 3)]
        interleavePercent = [0, 10, 40][random.next(below: 3)]
        latencyPercent = [0, 2, 10][random.next(below: 3)]
        retentionPercent = [0, 20, 60][random.next(below: 3)]
        recordBytesMax = [60, 600, 5000][random.next(below: 3)]
        let kilobytes = hasLargeAppends ? 1024 : [64, 96, 256][random.next(below: 3)]
        logOptions.fileBytes = kilobytes << 10
        logOptions.sparesMax = 1 + random.next(below: 2)
        logOptions.windowBytes = 1 << 20
        logOptions.groupBytes = [4 << 10, 16 << 10, 4 << 20][random.next(below: 3)]
        logOptions.idleMarkMilliseconds = [nil, 50, 200][random.next(below: 3)]
        logOptions.workers = .stepped
        logOptions.settlesWhenClosed = random.next(below: 2) == 0
        if random.next(below: 4) == 0 {
            logOptions.appendBytesMax = 1 << 20
            logOptions.settleBytes = 1 << 20
            logOptions.unsettledBytesMax = 4 << 20
        }
        switch random.next(below: 10) {
        case 0: logOptions.durability = .os
        case 1: logOptions.durability = .interval(milliseconds: 100)
        default: break
        }
        logOptions.openFilesMax = [2, 128][random.next(below: 2)]
        logOptions.mergesSegments = random.next(below: 4) > 0
        // Two runs of three merge no more than a few segments at a time.
        logOptions.mergeBytesMax = [8 << 30, 6 << 10, 30 << 10][random.next(below: 3)]
        if random.next(below: 4) == 0 { streamOptions.maxStreamBytes = 20_000 }
        if random.next(below: 4) == 0 { streamOptions.maxTotalBytes = 100_000 }
        // Two runs of three have streams leave memory all the time.
        logOptions.residentStreamsMax = [0, 1, 50_000][random.next(below: 3)]
        if isWeak, logOptions.durability == .sync {
            logOptions.durability = random.next(below: 2) == 0 ? .os : .interval(milliseconds: 100)
        }
    }

    /// A run on a disk without faults, of every kind of operation, with small files; with a
    /// key-value store only if one is wanted.
    init(quiet options: SimulationOptions) {
        let seed = options.seed
        self.init(
            random: SeededRandom(seed: seed),
            keys: KeySwarm(seed: seed, isWanted: options.hasStore ?? false))
        weights = OperationTable.streams.map { $0.movesFiles ? 4 * $0.weight : $0.weight }
        weights += OperationTable.keys.map { keys.isOn ? $0.weight : 0 }
        logOptions.durability = .sync
        logOptions.fileBytes = 64 << 10
        logOptions.mergeBytesMax = LogOptions().mergeBytesMax
        streamOptions = StreamOptions()
        hasLargeAppends = false
        faultPercent = 0
        freezePercent = 0
        recoveryFaultPercent = 0
        flipPercent = 0
        interleavePercent = 0
        latencyPercent = 0
    }

    /// An operation by weight.
    func operation(_ random: SeededRandom) -> any Operation {
        var turn = random.next(below: weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            if turn < weight { return OperationTable.all[index] }
            turn -= weight
        }
        return OperationTable.all[0]
    }
}
