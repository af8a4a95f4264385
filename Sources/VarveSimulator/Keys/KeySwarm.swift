import VarvePlatform
import VarveStore

/// What one seed's key-value store is like.
struct KeySwarm {
    /// Whether there is one.
    private(set) var isOn: Bool
    /// How it is opened; none of it says anything about the log.
    private(set) var options = StoreOptions()
    /// The weight of each operation, in the order of `OperationTable.keys`.
    private(set) var weights: [Int]
    /// How many of a hundred batches have many entries.
    private(set) var largePercent: Int
    /// The usual bytes of a value, at most.
    private(set) var valueBytesMax: Int

    /// The kind of store that `seed` chooses; `isWanted` says whether there is one, nil that this
    /// is up to the seed.
    init(seed: UInt64, isWanted: Bool?) {
        // Of its own: without a store all else is as it was before there were any.
        let random = SeededRandom(seed: seed ^ 0x7661_6c75_6573)
        let isChosen = random.next(below: 2) == 0
        let isOn = isWanted ?? isChosen
        let share = isWanted == true ? 4 : 1 + random.next(below: 2)
        self.isOn = isOn
        weights = OperationTable.keys.map { operation in
            let isLeftOut = random.next(below: 6) == 0 && !operation.isEssential
            let weight = share * operation.weight * [1, 1, 2, 4][random.next(below: 4)]
            return isOn && !isLeftOut ? weight : 0
        }
        largePercent = [0, 5, 30][random.next(below: 3)]
        valueBytesMax = [10, 60, 1500][random.next(below: 3)]
        options.ingestEntriesMin = [1, 20, 60, 100_000][random.next(below: 4)]
        options.recentBytesMax = [0, 2000, 32 << 20][random.next(below: 3)]
        options.trimBytesMin = [1, 400, 5000][random.next(below: 3)]
        options.policyBytesMax = [0, 100, 1000, 1 << 20][random.next(below: 4)]
    }
}
