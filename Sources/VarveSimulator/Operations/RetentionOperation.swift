import VarveLog
import VarveSimulation
import VarveStreams

/// The timer trims streams that keep only so much, or only for so long.
struct RetentionOperation: Operation {
    /// Milliseconds after which the timer comes back to a stream that could not be trimmed.
    private static let patience: UInt64 = 1000

    var weight: Int { 3 }

    func run(in world: World) throws(Violation) {
        // What is over goes first, one by one.
        try SweepOperation().run(in: world)
        let streams = world.model.names.compactMap { world.model.stream(named: $0) }
        let now = world.now
        let count = try world.open.sweepRetention()
        // Before streams are looked at, which brings them into memory and has them trimmed soon.
        let next = try world.open.nextRetention
        let hasPostponed = next.map { $0 <= world.now + Self.patience } ?? false
        world.trace.note("swept what is not kept of \(count)")
        var short: [(stream: Stream, place: StreamPosition)] = []
        var trims: [(lsn: UInt64, stream: UInt64, change: TrimChange)] = []
        for known in streams {
            guard let stream = world.handle(known.name) else {
                throw Violation("\(known.name) is gone by a trim")
            }
            let state = world.fingerprint(stream)
            let least = try leastStart(known, state, at: now, world)
            // One whose time is over is to be deleted, which the log could not take either.
            if state.visibleStart < least, world.life(of: known) == .alive {
                short.append((stream, least))
            } else {
                world.postponed[known.id] = nil
            }
            guard state.visibleStart != known.visibleStart else { continue }
            trims.append(
                (state.lastLSN, known.id, TrimChange(start: state.visibleStart, head: state.head)))
        }
        for trim in trims.sorted(by: { $0.lsn < $1.lsn }) {
            world.model.apply(.trim(stream: trim.stream, trim.change), lsn: trim.lsn, time: now)
        }
        try Violation.require(
            trims.count == count, "\(count) streams were trimmed, \(trims.count) begin later")
        for (stream, place) in short { try checkExcuse(stream, place, hasPostponed, world) }
    }

    /// A stream keeps more than it may: only for the second after which the timer comes back to one
    /// whose trim the log could not take, and beyond that only if the log cannot take a trim now.
    private func checkExcuse(
        _ stream: Stream, _ place: StreamPosition, _ hasPostponed: Bool, _ world: World
    ) throws(Violation) {
        let hadFailed = try world.open.log.failure != nil
        if hadFailed || world.isClosing || world.plan.firedCount > world.firedAtOpening { return }
        let id = stream.id.rawValue
        let moment = world.postponed[id]
        if let moment, world.now < moment { return }
        world.postponed[id] = world.now + Self.patience
        if moment == nil, hasPostponed { return }
        guard case .failure(let refusal) = try world.requests.trim(stream, before: place),
            case .log(let error) = refusal.error
        else {
            let name = String(decoding: stream.name, as: UTF8.self)
            throw Violation("\(name) keeps what lies before \(place)")
        }
        try world.checkLogRefusal(error, hadFailed: hadFailed)
    }

    /// The stream does not begin behind what is to stay; where it must begin at the least.
    private func leastStart(
        _ known: ModelStream, _ state: World.Fingerprint, at now: UInt64, _ world: World
    ) throws(Violation) -> StreamPosition {
        let start = state.visibleStart
        try Violation.require(
            start >= known.visibleStart && known.isBoundary(start),
            "\(known.name) begins at \(start), and began at \(known.visibleStart)")
        let extra = known.retention.bytes.map { max(known.tail.byte, $0) - $0 } ?? 0
        let heavy = known.ends.firstIndex { $0 >= extra }.map { $0 + 1 } ?? 0
        let surplus = extra == 0 ? 0 : heavy
        var (old, certainlyOld) = (0, 0)
        if let seconds = known.retention.seconds {
            let limit = seconds * 1000
            // A stretch of appends goes together; the oldest two may have become one.
            let slack = 3 * max(1000, limit / 64)
            old = known.times.count { $0 + limit <= now }
            certainlyOld = known.times.count { $0 + limit + slack <= now }
        }
        try Violation.require(
            start.record <= UInt64(max(surplus, old, Int(known.visibleStart.record))),
            "\(known.name) begins at \(start), and more is to be kept")
        return known.position(of: max(surplus, certainlyOld))
    }
}
