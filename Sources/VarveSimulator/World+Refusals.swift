import VarveLog
import VarveSimulation
import VarveStreams

extension World {
    /// What of a stream must not change by a request that changes nothing.
    struct Fingerprint: Equatable {
        var tail: StreamPosition
        var visibleStart: StreamPosition
        var head: ChainHash
        var isClosed: Bool
        var lastLSN: UInt64
    }

    /// How the engine's stream is at the moment, durable or not.
    func fingerprint(_ stream: Stream) -> Fingerprint {
        stream.log.withLock {
            Fingerprint(
                tail: $0.tail, visibleStart: $0.visibleStart, head: $0.head,
                isClosed: $0.isClosed, lastLSN: $0.lastLSN.rawValue)
        }
    }

    /// A change that the log could not take: only for reasons that are there.
    func checkLogRefusal(_ error: LogError, hadFailed: Bool) throws(Violation) {
        trace.note("-> \(error.code)")
        switch error {
        case .poisoned:
            try Violation.require(hadFailed, "refused as poisoned without a failure")
        case .overloaded: break
        case .closed:
            try Violation.require(isClosing, "refused as closed while open")
        case .outOfSpace:
            try Violation.require(plan.firedCount > 0, "refused for want of space that is there")
        case .io:
            // The preparer's failure, told by the staging that needs its file.
            try Violation.require(plan.firedCount > 0, "refused for a failure that never was")
        default:
            throw Violation("refused with \(error)")
        }
    }

    /// A read that the disk could not serve.
    func checkReadFailure(_ error: LogError, fired: Int) throws(Violation) {
        trace.note("-> \(error.code)")
        try Violation.require(
            error.code == "io" && plan.firedCount > fired, "a read failed with \(error)")
    }

    /// A request found no stream of that name that anyone may use: there must be none, one whose
    /// time is over, or one that is there for its forks only.
    ///
    /// Notes the deletion, if the request came upon an expired stream and deleted it.
    func checkAbsence(
        _ name: String, _ handle: Stream?, _ refusal: StreamRefusal
    ) throws(Violation) {
        guard let holder = model.holder(of: name) else {
            try Violation.require(refusal.error == .notFound, "\(name) is not even held")
            return answer(visibleAt: refusal.visibleAt, reveals: model.deletion(of: name))
        }
        let forks = model.forks(of: holder.id)
        try Violation.require(
            (refusal.error == .deleted) == !forks.isEmpty,
            "\(name) is \(refusal.error), and has \(forks.count) forks")
        if holder.isRetired {
            return answer(visibleAt: refusal.visibleAt, reveals: holder.retiredLSN)
        }
        try Violation.require(life(of: holder) != .alive, "stream \(name) is not found")
        noteDeletion(of: holder, handle)
        // Whoever is told that it is kept learns of a fork; who is not, of the last one's end.
        let kept = forks.map(\.createdLSN).min() ?? 0
        let reveals = model.holder(of: name)?.retiredLSN ?? model.deletion(of: name)
        answer(visibleAt: refusal.visibleAt, reveals: max(kept, reveals))
    }

    /// A name is said to be held by the forks of a stream that was deleted.
    func checkHeld(_ name: String, _ refusal: StreamRefusal) throws(Violation) {
        guard let holder = model.holder(of: name), holder.isRetired else {
            throw Violation("\(name) is said to be held by forks")
        }
        answer(visibleAt: refusal.visibleAt, reveals: holder.retiredLSN)
    }

    /// True when a quota was the reason, and it would have been passed.
    func checkQuota(
        _ refusal: StreamRefusal, behind existing: UInt64, _ records: [[UInt8]]
    ) throws(Violation) -> Bool {
        let count = records.reduce(0) { $0 + UInt64($1.count) }
        let (before, most): (UInt64, UInt64)
        switch refusal.error {
        case .streamQuota(let limit): (before, most) = (existing, limit)
        case .totalQuota(let limit): (before, most) = (model.ownBytes, limit)
        default: return false
        }
        trace.note("-> \(refusal.error.code)")
        let options = swarm.streamOptions
        try Violation.require(
            most == options.maxStreamBytes || most == options.maxTotalBytes, "an unknown quota")
        try Violation.require(before + count > most, "\(count) bytes more pass no quota")
        return true
    }

    /// Whether a stream's time is over, now or at another time.
    func life(of stream: ModelStream, at time: UInt64? = nil) -> UseRange.Life {
        model.uses[stream.id]?.life(stream.lifetime, at: time ?? now) ?? .alive
    }

    /// Tells the model of a deletion that was made, perhaps in passing, if it was.
    func noteDeletion(of stream: ModelStream, _ handle: Stream?) {
        guard let handle else { return }
        let (isGone, lsn) = handle.log.withLock {
            ($0.isDeleted || $0.isRetired, $0.lastLSN.rawValue)
        }
        guard isGone else { return }
        noteDeletion(of: stream, lsn: lsn)
    }

    /// Tells the model of a deletion that was made with the frame `lsn`.
    func noteDeletion(of stream: ModelStream, lsn: UInt64) {
        trace.note("-> \(stream.name) is deleted")
        model.apply(.delete(stream: stream.id), lsn: lsn, time: now)
    }

    /// The engine's stream of that name, whatever its state.
    func handle(_ name: String) -> Stream? {
        guard let engine else { return nil }
        return Array(name.utf8).withUnsafeBytes { try? engine.find($0, blocking: true) }
    }

    /// A request used a stream without changing it: perhaps that was written down.
    ///
    /// Returns the use to be acknowledged with the answer; nil when the log could not take it,
    /// which the engine documents as lost by a crash.
    func noteUse(
        _ stream: ModelStream, _ before: Fingerprint, _ handle: Stream, at time: UInt64
    ) throws(Violation) -> (stream: UInt64, time: UInt64)? {
        var after = fingerprint(handle)
        let isWritten = after.lastLSN != before.lastLSN
        let lsn = after.lastLSN
        after.lastLSN = before.lastLSN
        try Violation.require(after == before, "\(stream.name) was changed by what changes nothing")
        guard case .sliding(let seconds) = stream.lifetime else {
            try Violation.require(!isWritten, "\(stream.name) got a frame by what changes nothing")
            return nil
        }
        if isWritten { model.apply(.touch(stream: stream.id), lsn: lsn, time: time) }
        model.mayHaveBeenUsed(stream.id, at: time)
        let isKept = isWritten || time <= stream.journalledUse + UseRange.slack(seconds)
        return isKept ? (stream.id, time) : nil
    }
}
