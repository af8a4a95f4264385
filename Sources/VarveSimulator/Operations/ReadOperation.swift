import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStreams

/// Reads a page from anywhere, boundaries or not, and compares every byte.
struct ReadOperation: Operation {
    var weight: Int { 14 }
    var isEssential: Bool { true }

    func run(in world: World) throws(Violation) {
        let name = world.existingName()
        let start = start(in: world.model.holder(of: name), world)
        let maxBytes = [1, 100, 5000, 1 << 20][world.random.next(below: 4)]
        let blocking = world.chance(70)
        world.trace.note("read \(name) from \(start) at most \(maxBytes)")
        let handle: Stream
        switch try world.requests.lookUp(name) {
        case .success(let found): handle = found
        case .failure(let refusal): return try world.checkAbsence(name, nil, refusal)
        }
        guard let known = world.model.holder(of: name) else {
            throw Violation("\(name) is there and must not be")
        }
        let before = world.fingerprint(handle)
        let fired = world.plan.firedCount
        // Disks take time, and the engine looks at the clock before it reads.
        let time = world.now
        let through = max(try world.open.log.durable.rawValue, known.structuralLSN)
        let result = try world.requests.read(
            handle, from: start, maxBytes: maxBytes, blocking: blocking)
        let use = try world.noteUse(known, before, handle, at: time)
        switch result {
        case .success(let (page, bytes)):
            try Violation.require(!known.isRetired, "\(name) is read after its deletion")
            try Violation.require(
                world.life(of: known, at: time) != .over, "\(name) outlived its time")
            try check(page, bytes, known, through, start, maxBytes)
            if world.chance(20) { world.hold(page, bytes, of: name) }
            let reveals = max(known.mark(through: through).lsn, known.structuralLSN)
            world.answer(visibleAt: page.view.visibleAt, reveals: reveals, use: use)
        case .failure(let refusal):
            try checkRefusal(refusal, known, start, through, fired, time, world)
        }
    }

    private func start(in stream: ModelStream?, _ world: World) -> ReadStart {
        guard let stream else { return .start }
        switch world.random.next(below: 8) {
        case 0: return .start
        case 1: return .now
        case 2:
            // Mostly off a boundary, or beyond the end.
            return .position(
                StreamPosition(
                    record: UInt64(world.random.next(below: stream.ends.count + 2)),
                    byte: UInt64(world.random.next(below: stream.bytes.count + 10))))
        default:
            return .position(
                stream.position(of: world.random.next(below: stream.ends.count + 1)))
        }
    }

    private func check(
        _ page: StreamRead, _ bytes: [UInt8], _ known: ModelStream, _ through: UInt64,
        _ start: ReadStart, _ maxBytes: Int
    ) throws(Violation) {
        let tail = known.mark(through: through).tail
        try Violation.require(
            page.view.tail == tail,
            "\(known.name): readers see \(page.view.tail), and \(tail) is durable")
        try Violation.require(
            page.view.isClosed == known.isClosed && page.view.earliest == known.visibleStart
                && page.view.incarnation == known.incarnation,
            "\(known.name): readers see another stream")
        let expected: StreamPosition =
            switch start {
            case .start: known.visibleStart
            case .now: tail
            case .position(let position): position
            }
        let from = page.start
        let to = page.end
        try Violation.require(from == expected, "\(known.name): read from \(from)")
        try Violation.require(
            known.isBoundary(from) && known.isBoundary(to) && to >= from && to <= tail,
            "\(known.name): a page from \(from) to \(to)")
        let count = Int(to.byte - from.byte)
        try Violation.require(
            count <= maxBytes || to.record == from.record + 1,
            "\(known.name): \(count) bytes instead of at most \(maxBytes)")
        try Violation.require(to > from || from == tail, "\(known.name): an empty page")
        try Violation.require(
            known.holds(bytes, at: Int(from.byte)..<Int(to.byte)),
            "\(known.name): other bytes from \(from) to \(to)")
    }

    private func checkRefusal(
        _ refusal: StreamRefusal, _ known: ModelStream, _ start: ReadStart, _ through: UInt64,
        _ fired: Int, _ time: UInt64, _ world: World
    ) throws(Violation) {
        switch refusal.error {
        case .notFound, .deleted: try world.checkAbsence(known.name, nil, refusal)
        case .log(.wouldBlock):
            break
        case .log(let error):
            try world.checkReadFailure(error, fired: fired)
        case .trimmed:
            guard case .position(let position) = start else {
                throw Violation("\(known.name): refused to read from \(start)")
            }
            try Violation.require(
                position < known.visibleStart && refusal.earliestOffset == known.visibleStart,
                "\(known.name): told to begin at \(refusal.earliestOffset ?? .start)")
            world.answer(visibleAt: refusal.visibleAt, reveals: known.structuralLSN)
        case .offsetBeyondTail, .offsetNotABoundary:
            guard case .position(let position) = start else {
                throw Violation("\(known.name): refused to read from \(start)")
            }
            let isBeyond = position > known.mark(through: through).tail
            try Violation.require(
                position >= known.visibleStart && (isBeyond || !known.isBoundary(position)),
                "\(known.name): refused to read from the boundary \(position)")
            world.answer(visibleAt: refusal.visibleAt, reveals: known.structuralLSN)
        default:
            throw Violation("\(known.name): a read was refused: \(refusal.error)")
        }
    }
}
