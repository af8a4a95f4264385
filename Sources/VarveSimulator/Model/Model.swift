import VarveLog

/// Plain memory of what a store must hold: every change that was staged, in the order of the log.
///
/// What recovery found to be the last LSN cuts it: changes up to there happened, the others did
/// not.
struct Model {
    /// A change with its place in the log and its time.
    private struct Step {
        var lsn: UInt64
        var time: UInt64
        var change: Change
    }

    /// The streams at one moment.
    private struct State {
        var streams: [UInt64: ModelStream] = [:]
        var names: [String: UInt64] = [:]
        var deletions: [String: UInt64] = [:]

        /// The forks of a stream.
        func forks(of id: UInt64) -> [ModelStream] {
            streams.values.filter { $0.fork?.source == id }
        }

        /// Records of a stream are erased, also for the forks that have them of it.
        mutating func redact(_ id: UInt64, _ records: Range<Int>) {
            guard !records.isEmpty else { return }
            streams[id]?.redact(records)
            for fork in forks(of: id) {
                let border = Int(fork.fork?.border.record ?? 0)
                redact(fork.id, records.clamped(to: 0..<max(border, 0)))
            }
        }

        /// A stream goes; while it has forks, only out of sight. With the last fork of a retired
        /// stream, that one goes as well.
        mutating func delete(_ id: UInt64, lsn: UInt64) {
            guard let stream = streams[id] else { return }
            guard forks(of: id).isEmpty else {
                streams[id]?.retire(lsn: lsn)
                return
            }
            streams[id] = nil
            names[stream.name] = nil
            deletions[stream.name] = lsn
            guard let source = stream.fork?.source, streams[source]?.isRetired == true,
                forks(of: source).isEmpty
            else { return }
            delete(source, lsn: lsn)
        }
    }

    /// After all changes.
    private var now = State()
    /// After those that the last opening found.
    private var base = State()
    private var steps: [Step] = []
    /// When each stream was used.
    private(set) var uses: [UInt64: UseRange] = [:]

    /// The names of all streams, sorted; also of those that only their forks read.
    var names: [String] { now.names.keys.sorted() }

    /// The stream of that name, unless only its forks read it.
    func stream(named name: String) -> ModelStream? {
        guard let stream = holder(of: name), !stream.isRetired else { return nil }
        return stream
    }

    /// The stream of that name, be it retired.
    func holder(of name: String) -> ModelStream? {
        now.names[name].flatMap { now.streams[$0] }
    }

    /// The forks of a stream.
    func forks(of id: UInt64) -> [ModelStream] { now.forks(of: id) }

    /// How many sources lie below a stream, one below the other.
    func depth(of stream: ModelStream) -> Int {
        guard let source = stream.fork.flatMap({ now.streams[$0.source] }) else { return 0 }
        return 1 + depth(of: source)
    }

    /// The change that freed a name last; 0 when none did.
    func deletion(of name: String) -> UInt64 { now.deletions[name] ?? 0 }

    /// The last deletion of any stream.
    var lastDeletion: UInt64 { now.deletions.values.max() ?? 0 }

    /// How many bytes all streams have.
    var byteCount: Int { now.streams.values.reduce(0) { $0 + $1.bytes.count } }

    /// The bytes that count against the quota of all streams together.
    var ownBytes: UInt64 { now.streams.values.reduce(0) { $0 + $1.ownBytes } }

    /// Notes a change that was staged.
    mutating func apply(_ change: Change, lsn: UInt64, time: UInt64) {
        let step = Step(lsn: lsn, time: time, change: change)
        steps.append(step)
        Self.apply(step, to: &now)
        switch change {
        case .create(let stream): uses[stream.id] = UseRange(time)
        case .append(let id, _), .touch(let id): uses[id]?.mayHaveBeenUsed(at: time)
        case .delete, .trim, .redact: break
        }
    }

    /// Notes a change that was staged and that nobody sees before the log is opened again.
    mutating func applyUnseen(_ change: Change, lsn: UInt64, time: UInt64) {
        steps.append(Step(lsn: lsn, time: time, change: change))
    }

    /// The stream that has a record of `stream` as its own: itself, or one that it is a fork of.
    func owner(of record: Int, in stream: ModelStream) -> UInt64 {
        guard let fork = stream.fork, record < Int(fork.border.record),
            let source = now.streams[fork.source]
        else { return stream.id }
        return owner(of: record, in: source)
    }

    /// Whether a record of `stream` is the front of one that another stream has whole.
    func isPiece(_ record: Int, of stream: ModelStream) -> Bool {
        let owner = now.streams[owner(of: record, in: stream)]
        guard let owner, !owner.isJSON, let fork = owner.fork else { return false }
        return fork.subOffset > 0 && record == Int(fork.border.record)
    }

    /// Notes that a stream was used, without a frame.
    mutating func mayHaveBeenUsed(_ id: UInt64, at time: UInt64) {
        uses[id]?.mayHaveBeenUsed(at: time)
    }

    /// Notes that a use was acknowledged: the stream must last from then on.
    mutating func wasUsed(_ id: UInt64, at time: UInt64) {
        uses[id]?.wasUsed(at: time)
    }

    /// Takes back what lies behind `lsn`; everything before it is certain from now on.
    ///
    /// - Parameter forgettingUses: whether acknowledged uses may have been lost too.
    mutating func cut(after lsn: UInt64, forgettingUses: Bool) {
        now = base
        for step in steps where step.lsn <= lsn { Self.apply(step, to: &now) }
        steps = []
        for id in now.streams.keys { now.streams[id]?.settle() }
        base = now
        uses = uses.filter { now.streams[$0.key] != nil }
        if forgettingUses { for id in uses.keys { uses[id]?.forget() } }
    }

    private static func apply(_ step: Step, to state: inout State) {
        switch step.change {
        case .create(let stream):
            state.streams[stream.id] = stream
            state.names[stream.name] = stream.id
        case .append(let id, let append):
            state.streams[id]?.apply(append, lsn: step.lsn, time: step.time)
        case .trim(let id, let trim):
            state.streams[id]?.apply(trim, lsn: step.lsn)
        case .redact(let id, let records):
            state.redact(id, records)
        case .touch(let id):
            state.streams[id]?.touch(time: step.time)
        case .delete(let id):
            state.delete(id, lsn: step.lsn)
        }
    }
}
