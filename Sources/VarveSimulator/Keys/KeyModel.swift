import VarveStore

/// Plain memory of what the key-value store must hold: the batches as a list, the keys as a
/// dictionary, and what prunes, rules of retention and trims have made of them.
///
/// As in `Model`, what recovery found to be the last LSN cuts it.
struct KeyModel {
    /// One change that was staged.
    enum Change {
        /// A batch.
        case batch(StoreBatch)
        /// These keys go, unless a batch above `limit` wrote them.
        case prune(limit: UInt64, keys: [StoreKey])
        /// Batches are kept by this rule from now on; those below `floor` are dropped for good.
        case retention(StoreRetention?, floor: UInt64)
        /// The batches below this sequence are gone from the log.
        case trim(below: UInt64)
    }

    /// A key's value, and the batch that wrote it.
    struct Row: Equatable {
        var value: [UInt8]
        var sequence: UInt64
    }

    /// The store at one moment.
    struct State {
        /// Every batch, dropped or not.
        fileprivate(set) var batches: [StoreBatch] = []
        fileprivate(set) var rows: [StoreKey: Row] = [:]
        fileprivate(set) var retention: StoreRetention?
        /// Below it batches were dropped by rules of the past.
        fileprivate(set) var floor: UInt64 = 1
        /// Below it batches are gone from the log.
        fileprivate(set) var first: UInt64 = 1

        /// The sequence of the newest batch; 0 without any.
        var current: UInt64 { UInt64(batches.count) }

        /// The lowest sequence that is kept.
        var cutoff: UInt64 { max(first, floor, Self.cutoff(of: retention, current: current)) }

        /// The sequence of the oldest batch that is kept.
        var oldest: UInt64? { cutoff <= current ? cutoff : nil }

        /// The batch of that sequence, dropped or not; nil when there is none yet.
        func batch(_ sequence: UInt64) -> StoreBatch? {
            sequence >= 1 && sequence <= current ? batches[Int(sequence) - 1] : nil
        }

        /// The rows with keys from `from` up to `through`, in order; an empty `through` is no end.
        func sorted(from: StoreKey = [], through: StoreKey = []) -> [StoreEntry] {
            let keys = rows.keys.filter { key in
                !key.lexicographicallyPrecedes(from)
                    && (through.isEmpty || !through.lexicographicallyPrecedes(key))
            }
            return keys.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { key in
                rows[key].map { StoreEntry(key: key, value: $0.value) }
            }
        }

        /// The lowest sequence that a rule keeps.
        static func cutoff(of rule: StoreRetention?, current: UInt64) -> UInt64 {
            switch rule {
            case nil: 1
            case .keepLatest(let count): current < count ? 1 : current - count + 1
            case .greaterThan(let threshold): min(threshold, current) + 1
            case .greaterThanOrEqual(let threshold): min(threshold, current + 1)
            case .dropAll: current + 1
            }
        }

        fileprivate mutating func apply(_ change: Change) {
            switch change {
            case .batch(let batch):
                batches.append(batch)
                for entry in batch.entries {
                    rows[entry.key] =
                        batch.kind == .put
                        ? Row(value: entry.value, sequence: batch.sequence) : nil
                }
            case .prune(let limit, let keys):
                for key in keys {
                    if let row = rows[key], row.sequence <= limit { rows[key] = nil }
                }
            case .retention(let rule, let floor):
                retention = rule
                self.floor = floor
            case .trim(let sequence):
                first = max(first, sequence)
            }
        }
    }

    private struct Step {
        var lsn: UInt64
        var change: Change
    }

    /// What the last opening found.
    private var base = State()
    private var steps: [Step] = []
    /// How many of the steps readers see.
    private var visibleSteps = 0
    /// What readers see.
    private(set) var visible = State()
    /// How many batches were staged.
    private(set) var stagedBatches: UInt64 = 0
    /// Whether anything of the log may be missing that an index would need to be made again.
    private(set) var mayLackEvents = false

    /// Whether a trim was staged that is not durable: readers of what it drops wait for it.
    var hasPendingTrim: Bool {
        steps[visibleSteps...].contains { step in
            if case .trim = step.change { true } else { false }
        }
    }

    /// Notes a change that was staged behind all others.
    mutating func apply(_ change: Change, lsn: UInt64) {
        if case .batch = change { stagedBatches += 1 }
        if case .trim = change { mayLackEvents = true }
        steps.append(Step(lsn: lsn, change: change))
    }

    /// Readers see everything up to `lsn`.
    mutating func advance(through lsn: UInt64) {
        while visibleSteps < steps.count, steps[visibleSteps].lsn <= lsn {
            visible.apply(steps[visibleSteps].change)
            visibleSteps += 1
        }
    }

    /// Takes back what lies behind `lsn`; everything before it is certain from now on.
    mutating func cut(after lsn: UInt64) {
        for step in steps where step.lsn <= lsn { base.apply(step.change) }
        steps = []
        visibleSteps = 0
        visible = base
        stagedBatches = base.current
    }
}
