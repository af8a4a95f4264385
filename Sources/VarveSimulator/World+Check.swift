import VarveLog
import VarveStreams

/// What must hold after every opening.
extension World {
    /// Compares the whole store with the model, and verifies it as an auditor would.
    func check() throws(Violation) {
        try checkNames()
        try checkNonces()
        if wasOpenedCleanly { try checkSegments() }
        try checkTotals()
        let log = try open.log
        let report: VerificationReport
        do throws(LogError) {
            report = try LogVerifier.verify(volume: starting(on: disk))
        } catch {
            throw Violation("the verifier fails: \(error)")
        }
        try Violation.require(
            report.isClean,
            "the verifier finds damage: \(report.damages.map { "\($0.file): \($0.detail)" })")
        try Violation.require(
            report.lastLSN >= log.durable && report.durableMark >= recovered,
            "the verifier ends at LSN \(report.lastLSN), marked \(report.durableMark), "
                + "the log at \(log.durable), opened at \(recovered)")
        for name in model.names {
            guard let known = model.holder(of: name), let handle = handle(name) else { continue }
            try check(known, handle)
            let summary = report.streams.first { $0.id == handle.id }
            try Violation.require(
                summary?.head == known.head && summary?.records == known.tail.record
                    && summary?.bytes == known.tail.byte
                    && summary?.isClosed == known.isClosed
                    && summary?.visibleStart ?? .start == known.visibleStart,
                "\(name): the verifier finds another chain")
            try checkProducers(known)
        }
        // Those of the key-value store have names that begin with a zero.
        let streams = report.streams.filter { $0.name?.utf8.first != 0 }
        try Violation.require(
            streams.count == model.names.count, "the verifier finds other streams")
    }

    private func checkNames() throws(Violation) {
        let log = try open.log
        let names: [String]
        do {
            names = try log.streams(limit: .max).map(\.name)
        } catch {
            throw Violation("the streams cannot be listed: \(error)")
        }
        let expected = model.names
        if names == expected { return }
        let back = names.first { !expected.contains($0) }
        let lost = expected.first { !names.contains($0) }
        throw Violation(
            "streams differ: \(back.map { "\($0) is there again" } ?? "")"
                + "\(lost.map { "\($0) is lost" } ?? "")")
    }

    /// One stream: its identity, its end, every byte, every boundary, its chain.
    private func check(_ known: ModelStream, _ handle: Stream) throws(Violation) {
        let state = fingerprint(handle)
        try Violation.require(
            handle.id.rawValue == known.id && handle.incarnation == known.incarnation
                && handle.contentType.isJSON == known.isJSON,
            "\(known.name) is another stream")
        try Violation.require(
            state.tail == known.tail && state.isClosed == known.isClosed
                && state.visibleStart == known.visibleStart,
            "\(known.name) begins at \(state.visibleStart) and ends at \(state.tail), "
                + "closed \(state.isClosed), not at \(known.visibleStart) and \(known.tail), "
                + "closed \(known.isClosed)")
        try Violation.require(state.head == known.head, "\(known.name) has another chain head")
        handle.log.withLock { $0.checkInvariants() }
        let log = try open.log
        do throws(LogError) {
            let verified = try log.verify(handle.log)
            try Self.requireLog(verified.hash == known.head && verified.position == known.tail)
            let page = try log.read(handle.log, maxBytes: Int.max / 2)
            let stored = page.records.filter { $0.kind == .data || $0.kind == .redacted }
            let first = Int(known.visibleStart.record)
            try Self.requireLog(stored.count == known.ends.count - first)
            var start = Int(known.visibleStart.byte)
            for (number, record) in zip(known.ends.indices[first...], stored) {
                try Self.requireLog(
                    record.position.byte == UInt64(start)
                        && (record.kind == .redacted) == known.redacted.contains(number)
                        && known.holds(record.payload, at: known.payload(of: number)))
                start = Int(known.ends[number])
            }
        } catch {
            throw Violation("\(known.name) does not read as it was written: \(error)")
        }
        try known.isRetired ? checkRetired(known, handle) : checkLife(known, handle)
    }

    /// Nobody but its forks reads a retired stream.
    private func checkRetired(_ known: ModelStream, _ handle: Stream) throws(Violation) {
        let result = try requests.read(handle, from: .start, maxBytes: 1, blocking: true)
        guard case .failure(let refusal) = result, refusal.error == .deleted else {
            throw Violation("\(known.name) is read after its deletion")
        }
    }

    /// A mismatch in the middle of calls that throw the log's errors.
    private static func requireLog(_ holds: Bool) throws(LogError) {
        if !holds { throw .io(message: "other records than were acknowledged") }
    }

    private func checkLife(_ known: ModelStream, _ handle: Stream) throws(Violation) {
        let life = life(of: known)
        do throws(StreamRefusal) {
            let head = try open(or: handle)
            try Self.requireRefusal(
                head.lifetime == known.lifetime && head.retention == known.retention
                    && head.earliest == known.visibleStart)
            if life == .over { throw StreamRefusal(.notFound) }
        } catch {
            let absence = model.forks(of: known.id).isEmpty ? StreamError.notFound : .deleted
            guard error.error == absence, life != .alive else {
                throw Violation("\(known.name) lives otherwise than it was told: \(error.error)")
            }
        }
    }

    private func open(or handle: Stream) throws(StreamRefusal) -> StreamHead {
        guard let engine else { throw StreamRefusal(.notFound) }
        return try engine.head(handle)
    }

    private static func requireRefusal(_ holds: Bool) throws(StreamRefusal) {
        if !holds { throw StreamRefusal(.configMismatch) }
    }

    /// Producers that repeat their last append learn that it is there, and change nothing; a
    /// `Stream-Seq` that is not greater is refused.
    private func checkProducers(_ known: ModelStream) throws(Violation) {
        guard !known.isRetired, life(of: known) == .alive else { return }
        for (id, producer) in known.producers.sorted(by: { $0.key < $1.key }) {
            var request = AppendRequest(name: known.name)
            (request.body, request.records) = ([0x30], [[0x30]])
            request.isJSON = known.isJSON
            request.producer = ProducerRequest(
                id: id, epoch: producer.epoch, sequence: producer.sequence)
            try append(request)
        }
        guard let sequence = known.sequence else { return }
        var request = AppendRequest(name: known.name)
        (request.body, request.records) = ([0x30], [[0x30]])
        request.isJSON = known.isJSON
        request.sequence = sequence
        try append(request)
    }
}
