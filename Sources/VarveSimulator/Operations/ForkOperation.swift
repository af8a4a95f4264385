import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStreams

/// Creates a fork, or finds that it is there, or that there is nothing to fork: at the tail, at a
/// record, inside one, at no record, behind the end.
struct ForkOperation: Operation {
    /// For how many milliseconds nobody may ask for a source that was forked.
    private static let silenceMax: UInt64 = 60_000

    var weight: Int { 6 }

    func run(in world: World) throws(Violation) {
        var (request, fork) = choose(world)
        request.fork = fork
        let blocking = world.chance(85)
        world.trace.note(request.line)
        let existing = world.model.stream(named: request.name)
        let handle = world.handle(request.name)
        // Finding the place may take time, and the engine looks at the clock before.
        let time = world.now
        let fired = world.plan.firedCount
        let hadFailed = try world.open.log.failure != nil
        let result = try world.requests.create(request, blocking: blocking)
        if let existing, world.life(of: existing) != .alive {
            world.noteDeletion(of: existing, handle)
        }
        let source = world.model.holder(of: fork.source)
        switch result {
        case .success(let outcome) where outcome.kind == .created:
            guard let source, !source.isRetired, world.life(of: source, at: time) != .over,
                let place = ForkPlace(of: fork, in: source)
            else { throw Violation("\(request.name) is a fork of nothing") }
            if request.lifetime == .unlimited { request.lifetime = source.lifetime }
            request.isJSON = source.isJSON
            try world.noteCreated(
                request, outcome, records: place.piece + request.records,
                as: (place.fork, source), at: time)
            if world.chance(15) { try outlive(source, world) }
        case .success(let outcome):
            try checkExisting(request, fork, outcome, world)
        case .failure(let refusal):
            if case .log(let error) = refusal.error {
                guard world.plan.firedCount == fired || error.code != "io" else { return }
                guard blocking || error != .wouldBlock else { return }
                return try world.checkLogRefusal(error, hadFailed: hadFailed)
            }
            try checkRefusal(request, fork, refusal, source, time, world)
        }
    }

    /// Lets the time of a stream that was just forked pass and asks for it: whoever is told that it
    /// is kept learns of the fork.
    private func outlive(_ source: ModelStream, _ world: World) throws(Violation) {
        let milliseconds: UInt64
        switch source.lifetime {
        case .unlimited: return
        case .absolute(let end): milliseconds = max(end, world.now) - world.now
        case .sliding(let seconds):
            milliseconds = seconds * 1000 + UseRange.slack(seconds)
        }
        guard milliseconds <= Self.silenceMax else { return }
        world.clock.advance(milliseconds: milliseconds)
        world.trace.note("now \(world.now)")
        try world.append(AppendRequest(name: source.name, closes: true))
    }

    /// A request, mostly one that can be met; often of a fork of forks.
    private func choose(_ world: World) -> (CreateRequest, CreateRequest.ForkRequest) {
        let random = world.random
        var request = CreateRequest(name: world.name())
        var fork = CreateRequest.ForkRequest(source: world.existingName())
        if world.chance(50) {
            // The longest chain grows.
            let streams = world.model.names.compactMap { world.model.stream(named: $0) }
            let deepest = streams.max { world.model.depth(of: $0) < world.model.depth(of: $1) }
            fork.source = deepest?.name ?? fork.source
        }
        let source = world.model.holder(of: fork.source)
        request.isJSON = (source?.isJSON ?? false) != world.chance(3)
        request.namesType = world.chance(50)
        if let source {
            (fork.offset, fork.subOffset) = place(in: source, world)
            if !request.namesType { request.isJSON = source.isJSON }
        }
        if world.chance(10) {
            request.lifetime = .sliding(seconds: 1 + UInt64(random.next(below: 20)))
        }
        request.isClosed = world.chance(5)
        request.retention = world.retention()
        if world.chance(40) {
            (request.body, request.records) = world.content(isJSON: request.isJSON)
        }
        return (request, fork)
    }

    private func place(
        in source: ModelStream, _ world: World
    ) -> (StreamPosition?, subOffset: UInt64) {
        let random = world.random
        let count = source.ends.count
        var offset: StreamPosition?
        switch random.next(below: 10) {
        case 0...2: break
        case 3:
            offset = StreamPosition(
                record: UInt64(random.next(below: count + 2)),
                byte: UInt64(random.next(below: source.bytes.count + 10)))
        default: offset = source.position(of: random.next(below: count + 1))
        }
        guard world.chance(40) else { return (offset, 0) }
        let record = Int((offset ?? source.tail).record)
        guard record < count, !source.isJSON else {
            return (offset, UInt64(random.next(below: max(0, count - record) + 2)))
        }
        let length = source.ends[record] - source.position(of: record).byte
        return (offset, UInt64(random.next(below: Int(length) + 2)))
    }

    private func checkExisting(
        _ request: CreateRequest, _ fork: CreateRequest.ForkRequest, _ outcome: CreateOutcome,
        _ world: World
    ) throws(Violation) {
        guard let current = world.model.stream(named: request.name),
            world.life(of: current) != .over
        else { throw Violation("\(request.name) was found and is not there") }
        try Violation.require(
            current.tail == outcome.tail && current.isClosed == outcome.isClosed
                && current.isClosed == request.isClosed && current.retention == request.retention
                && (!request.namesType || current.isJSON == request.isJSON)
                && isFork(current, as: fork),
            "\(request.name) was found to be the fork asked for, and is not")
        world.answer(
            visibleAt: outcome.visibleAt, reveals: max(current.structuralLSN, current.tailLSN))
    }

    private func isFork(
        _ stream: ModelStream, as fork: CreateRequest.ForkRequest
    ) -> Bool {
        guard let known = stream.fork else { return false }
        return known.sourceName == fork.source && known.anchor == fork.offset ?? known.anchor
            && known.subOffset == fork.subOffset
    }

    private func checkRefusal(
        _ request: CreateRequest, _ fork: CreateRequest.ForkRequest, _ refusal: StreamRefusal,
        _ source: ModelStream?, _ time: UInt64, _ world: World
    ) throws(Violation) {
        world.trace.note("-> \(refusal.error.code)")
        switch refusal.error {
        case .nameHeld: return try world.checkHeld(request.name, refusal)
        case .configMismatch: return try checkMismatch(request, fork, refusal, world)
        case .forkSourceNotFound, .forkSourceDeleted:
            var refusal = refusal
            refusal.error = refusal.error == .forkSourceNotFound ? .notFound : .deleted
            return try world.checkAbsence(fork.source, nil, refusal)
        default: break
        }
        guard let source, !source.isRetired, world.life(of: source, at: time) != .over else {
            throw Violation("a fork of nothing was refused: \(refusal.error)")
        }
        let place = ForkPlace(of: fork, in: source)
        let anchor = fork.offset ?? source.tail
        let isBeyond = anchor > source.tail
        if try world.checkQuota(refusal, behind: 0, (place?.piece ?? []) + request.records) {
            return
        }
        let isRight =
            switch refusal.error {
            case .contentTypeMismatch: request.namesType && request.isJSON != source.isJSON
            case .offsetBeyondTail: isBeyond
            case .trimmed:
                anchor < source.visibleStart && refusal.earliestOffset == source.visibleStart
            case .offsetNotABoundary: !isBeyond && !source.isBoundary(anchor)
            case .forkSubOffsetBeyondData: !isBeyond && fork.subOffset > 0 && place == nil
            default: false
            }
        try Violation.require(isRight, "\(request.line): \(refusal.error.code)")
        world.answer(
            visibleAt: refusal.visibleAt,
            reveals: refusal.error == .trimmed ? source.trimmedLSN : source.createdLSN)
    }

    private func checkMismatch(
        _ request: CreateRequest, _ fork: CreateRequest.ForkRequest, _ refusal: StreamRefusal,
        _ world: World
    ) throws(Violation) {
        guard let current = world.model.stream(named: request.name),
            world.life(of: current) != .over
        else { throw Violation("\(request.name) is said to differ and is not there") }
        let isAlike =
            isFork(current, as: fork) && current.isClosed == request.isClosed
            && current.retention == request.retention
            && (!request.namesType || current.isJSON == request.isJSON)
            && request.lifetime == .unlimited
        // The lifetime that is not said is that of the source, whatever has become of it.
        let hasOwnLifetime = current.lifetime != .unlimited
        try Violation.require(
            !isAlike || hasOwnLifetime, "\(request.name) is as asked for and was said to differ")
        world.answer(visibleAt: refusal.visibleAt, reveals: current.createdLSN)
    }
}
