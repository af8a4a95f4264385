import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStreams

/// Hides what lies before a place: mostly between two records, now and then where nothing is.
struct TrimOperation: Operation {
    var weight: Int { 5 }

    func run(in world: World) throws(Violation) {
        let name = world.existingName()
        let place = place(in: world.model.holder(of: name), world)
        world.trace.note("trim \(name) before \(place)")
        let stream: Stream
        switch try world.requests.lookUp(name) {
        case .success(let found): stream = found
        case .failure(let refusal): return try world.checkAbsence(name, nil, refusal)
        }
        guard let known = world.model.holder(of: name) else {
            throw Violation("\(name) is there and must not be")
        }
        let before = world.fingerprint(stream)
        let (time, fired) = (world.now, world.plan.firedCount)
        let hadFailed = try world.open.log.failure != nil
        switch try world.requests.trim(stream, before: place) {
        case .success(let outcome):
            try Violation.require(!known.isRetired, "\(name) is trimmed after its deletion")
            try Violation.require(
                world.life(of: known, at: time) != .over, "\(name) outlived its time")
            try check(outcome, place, known, stream, before, world)
        case .failure(let refusal):
            try Violation.require(
                world.fingerprint(stream) == before, "\(name) was not trimmed and changed")
            if refusal.error == .notFound || refusal.error == .deleted {
                return try world.checkAbsence(name, nil, refusal)
            }
            if case .log(let error) = refusal.error {
                if error.code == "io", world.plan.firedCount > fired { return }
                return try world.checkLogRefusal(error, hadFailed: hadFailed)
            }
            let isRight =
                switch refusal.error {
                case .offsetBeyondTail: place > known.tail
                case .offsetNotABoundary: place <= known.tail && !known.isBoundary(place)
                default: false
                }
            try Violation.require(isRight, "\(name) before \(place): \(refusal.error.code)")
            world.answer(visibleAt: refusal.visibleAt, reveals: known.createdLSN)
        }
    }

    private func place(in stream: ModelStream?, _ world: World) -> StreamPosition {
        guard let stream else { return .start }
        let random = world.random
        switch random.next(below: 10) {
        case 0: return stream.tail
        case 1:
            return StreamPosition(
                record: UInt64(random.next(below: stream.ends.count + 2)),
                byte: UInt64(random.next(below: stream.bytes.count + 10)))
        case 2, 3: return stream.position(of: random.next(below: stream.ends.count + 1))
        default:
            // A little further on than it begins.
            let first = Int(stream.visibleStart.record)
            let rest = stream.ends.count - first
            return stream.position(of: first + random.next(below: min(rest, 6) + 1))
        }
    }

    private func check(
        _ outcome: TrimOutcome, _ place: StreamPosition, _ known: ModelStream, _ stream: Stream,
        _ before: World.Fingerprint, _ world: World
    ) throws(Violation) {
        let after = world.fingerprint(stream)
        if place > known.visibleStart {
            try Violation.require(
                place <= known.tail && known.isBoundary(place),
                "\(known.name) was trimmed at \(place)")
            try Violation.require(after.lastLSN > before.lastLSN, "a trim without a frame")
            world.model.apply(
                .trim(stream: known.id, TrimChange(start: place, head: after.head)),
                lsn: after.lastLSN, time: world.now)
        } else {
            try Violation.require(after == before, "a trim that changes nothing changed something")
        }
        guard let now = world.model.stream(named: known.name) else {
            throw Violation("the model lost \(known.name)")
        }
        try Violation.require(
            outcome.earliest == now.visibleStart && outcome.tail == now.tail
                && after.visibleStart == now.visibleStart && after.tail == now.tail
                && after.isClosed == now.isClosed,
            "\(known.name): trimmed at \(outcome.earliest), not at \(now.visibleStart)")
        world.answer(
            visibleAt: outcome.visibleAt, reveals: max(now.structuralLSN, now.tailLSN))
    }
}
