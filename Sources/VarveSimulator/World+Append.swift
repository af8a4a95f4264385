import VarveLog
import VarveStreams

extension World {
    /// Sends an append to the engine, compares the outcome with the model's, and tells the model.
    func append(_ request: AppendRequest) throws(Violation) {
        trace.note(request.line)
        let stream: Stream
        switch try requests.lookUp(request.name) {
        case .success(let found): stream = found
        case .failure(let refusal): return try checkAbsence(request.name, nil, refusal)
        }
        guard let known = model.holder(of: request.name) else {
            throw Violation("\(request.name) is there and must not be")
        }
        let before = fingerprint(stream)
        let hadFailed = try open.log.failure != nil
        switch try requests.append(request, to: stream) {
        case .success(let outcome):
            try Violation.require(!known.isRetired, "\(request.name) takes more after its deletion")
            try Violation.require(life(of: known) != .over, "\(request.name) outlived its time")
            try accepted(request, outcome, known, stream, before, hadFailed)
        case .failure(let refusal):
            try refused(request, refusal, known, stream, before, hadFailed)
        }
    }

    private func accepted(
        _ request: AppendRequest, _ outcome: AppendOutcome, _ known: ModelStream,
        _ stream: Stream, _ before: Fingerprint, _ hadFailed: Bool
    ) throws(Violation) {
        trace.note("-> \(outcome.kind) \(outcome.tail)")
        switch known.judge(request) {
        case .accept:
            try Violation.require(!hadFailed, "an append was taken after a failure")
            try staged(request, outcome, known, stream)
        case .duplicate(let producer):
            try Violation.require(outcome.kind == .duplicate, "a duplicate gave \(outcome.kind)")
            try checkEcho(outcome, producer, known)
            let use = try noteUse(known, before, stream, at: now)
            answer(visibleAt: outcome.visibleAt, reveals: producer.lsn, use: use)
        case .closedAgain(let producer):
            try Violation.require(
                outcome.kind == .closedAgain, "a repeated close gave \(outcome.kind)")
            if let producer { try checkEcho(outcome, producer, known) }
            let use = try noteUse(known, before, stream, at: now)
            answer(
                visibleAt: outcome.visibleAt, reveals: max(known.closedLSN, known.tailLSN),
                use: use)
        case .refuse(let error, _):
            throw Violation("\(request.line): accepted instead of \(error.code)")
        }
    }

    /// The engine staged the append: the model does it too, and both must be alike.
    private func staged(
        _ request: AppendRequest, _ outcome: AppendOutcome, _ known: ModelStream, _ stream: Stream
    ) throws(Violation) {
        let state = fingerprint(stream)
        let time = now
        model.apply(
            .append(
                stream: known.id,
                AppendChange(
                    records: request.records, producer: request.producer,
                    sequence: request.sequence, closes: request.closes, head: state.head)),
            lsn: state.lastLSN, time: time)
        guard let after = model.stream(named: request.name) else {
            throw Violation("the model lost \(request.name)")
        }
        let kind: AppendOutcome.Kind =
            request.closes ? (request.body.isEmpty ? .closed : .appendedClosed) : .appended
        try Violation.require(
            outcome.kind == kind && outcome.tail == after.tail && state.tail == after.tail
                && outcome.isClosed == after.isClosed && state.isClosed == after.isClosed,
            "\(request.line): \(outcome.kind) at \(outcome.tail), not at \(after.tail)")
        try Violation.require(
            request.records.isEmpty || after.tail > known.tail, "offsets do not increase")
        if let producer = request.producer {
            try Violation.require(
                outcome.producerEpoch == producer.epoch
                    && outcome.producerSequence == producer.sequence,
                "\(request.line): another producer was echoed")
        }
        answer(visibleAt: outcome.visibleAt, reveals: state.lastLSN, use: (known.id, time))
    }

    private func checkEcho(
        _ outcome: AppendOutcome, _ producer: ModelStream.Producer, _ known: ModelStream
    ) throws(Violation) {
        try Violation.require(
            outcome.producerEpoch == producer.epoch
                && outcome.producerSequence == producer.sequence && outcome.tail == known.tail,
            "\(known.name): a duplicate was told \(outcome.producerEpoch)/"
                + "\(outcome.producerSequence), not \(producer.epoch)/\(producer.sequence)")
    }

    private func refused(
        _ request: AppendRequest, _ refusal: StreamRefusal, _ known: ModelStream,
        _ stream: Stream, _ before: Fingerprint, _ hadFailed: Bool
    ) throws(Violation) {
        try Violation.require(
            fingerprint(stream) == before, "\(request.line): refused, and something changed")
        if refusal.error == .notFound || refusal.error == .deleted {
            return try checkAbsence(request.name, nil, refusal)
        }
        try Violation.require(life(of: known) != .over, "\(request.name) outlived its time")
        switch (known.judge(request), refusal.error) {
        case (.accept, .streamQuota), (.accept, .totalQuota):
            _ = try checkQuota(refusal, behind: known.ownBytes, request.records)
        case (.accept, .log(let error)):
            try checkLogRefusal(error, hadFailed: hadFailed)
        case (.refuse(let expected, let reveals), let error) where expected == error:
            trace.note("-> \(error.code)")
            if let next = refusal.nextOffset, error == .streamClosed || error == .preconditionFailed
            {
                try Violation.require(next == known.tail, "\(request.line): told \(next)")
            }
            answer(visibleAt: refusal.visibleAt, reveals: reveals)
        case (let verdict, let error):
            throw Violation("\(request.line): \(error.code) instead of \(verdict)")
        }
    }
}
