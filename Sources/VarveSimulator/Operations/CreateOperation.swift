import VarveLog
import VarvePlatform
import VarveStreams

/// Creates a stream, or finds that it is there.
struct CreateOperation: Operation {
    var weight: Int { 6 }
    var isEssential: Bool { true }

    func run(in world: World) throws(Violation) {
        let request = request(world)
        world.trace.note(request.line)
        let existing = world.model.stream(named: request.name)
        let handle = world.handle(request.name)
        let hadFailed = try world.open.log.failure != nil
        let result = try world.requests.create(request)
        // Whatever comes of it, an expired stream of that name may be gone now.
        if let existing, world.life(of: existing) != .alive {
            world.noteDeletion(of: existing, handle)
        }
        let current = world.model.stream(named: request.name)
        switch result {
        case .success(let outcome) where outcome.kind == .created:
            try world.noteCreated(request, outcome, records: request.records, at: world.now)
        case .success(let outcome):
            try checkExisting(request, outcome, current, world)
        case .failure(let refusal):
            try checkRefusal(request, refusal, current, hadFailed, world)
        }
    }

    private func request(_ world: World) -> CreateRequest {
        var request = CreateRequest(name: world.name())
        let random = world.random
        request.isJSON = random.next(below: 2) == 0
        switch random.next(below: 6) {
        case 0: request.lifetime = .sliding(seconds: 1 + UInt64(random.next(below: 20)))
        case 1:
            request.lifetime = .absolute(
                milliseconds: world.now + 1 + UInt64(random.next(below: 20_000)))
        default: break
        }
        request.retention = world.retention()
        request.isClosed = random.next(below: 20) == 0
        if random.next(below: 2) == 0 {
            (request.body, request.records) = world.content(isJSON: request.isJSON)
        }
        return request
    }

    private func checkExisting(
        _ request: CreateRequest, _ outcome: CreateOutcome, _ current: ModelStream?, _ world: World
    ) throws(Violation) {
        guard let current, world.life(of: current) != .over else {
            throw Violation("\(request.name) was found and is not there")
        }
        try Violation.require(
            current.tail == outcome.tail && current.isClosed == outcome.isClosed
                && current.isJSON == request.isJSON && current.lifetime == request.lifetime
                && current.isClosed == request.isClosed && current.retention == request.retention,
            "\(request.name) was found to be as asked for, and is not")
        world.answer(
            visibleAt: outcome.visibleAt, reveals: max(current.structuralLSN, current.tailLSN))
    }

    private func checkRefusal(
        _ request: CreateRequest, _ refusal: StreamRefusal, _ current: ModelStream?,
        _ hadFailed: Bool, _ world: World
    ) throws(Violation) {
        if case .log(let error) = refusal.error {
            let mayBeOver = current.map { world.life(of: $0) != .alive } ?? true
            try Violation.require(mayBeOver, "creating \(request.name) anew failed with \(error)")
            return try world.checkLogRefusal(error, hadFailed: hadFailed)
        }
        if try world.checkQuota(refusal, behind: 0, request.records) { return }
        // The clock moves within a request: a merge that makes way for it keeps its pace.
        if refusal.error == .expiryInThePast, case .absolute(let moment) = request.lifetime,
            moment <= world.now
        {
            return
        }
        if refusal.error == .nameHeld { return try world.checkHeld(request.name, refusal) }
        guard refusal.error == .configMismatch, let current, world.life(of: current) != .over
        else { throw Violation("creating \(request.name) was refused: \(refusal.error)") }
        try Violation.require(
            current.isJSON != request.isJSON || current.lifetime != request.lifetime
                || current.isClosed != request.isClosed || current.fork != nil
                || current.retention != request.retention,
            "\(request.name) is as asked for and was said to differ")
        let isTold = current.isClosed != request.isClosed && current.isJSON == request.isJSON
        world.answer(
            visibleAt: refusal.visibleAt,
            reveals: isTold ? current.structuralLSN : current.createdLSN)
    }
}
