import VarveLog
import VarveStreams

/// Streams that came to be.
extension World {
    /// The engine created a stream: the model does it too, and both must be alike.
    ///
    /// - Parameters:
    ///   - records: its own first records as they are stored.
    ///   - fork: what it has of another stream.
    ///   - time: when the engine looked at the clock.
    func noteCreated(
        _ request: CreateRequest, _ outcome: CreateOutcome, records: [[UInt8]],
        as fork: (fork: ModelFork, source: ModelStream)? = nil, at time: UInt64
    ) throws(Violation) {
        try Violation.require(
            model.holder(of: request.name) == nil, "\(request.name) was created twice")
        let handle = outcome.stream
        let state = fingerprint(handle)
        let lsn = state.lastLSN
        var stream = ModelStream(
            id: handle.id.rawValue, incarnation: handle.incarnation, request: request,
            createdLSN: lsn, head: state.head, time: time)
        if let fork { stream.begin(with: fork.fork, of: fork.source) }
        if !records.isEmpty || request.isClosed {
            stream.apply(
                AppendChange(records: records, closes: request.isClosed, head: state.head),
                lsn: lsn, time: time)
        }
        try Violation.require(
            outcome.tail == stream.tail && state.tail == stream.tail
                && state.visibleStart == stream.visibleStart && state.isClosed == stream.isClosed,
            "\(request.name) was created with another end: \(outcome.tail), not \(stream.tail)")
        try Violation.require(
            stream.id > model.lastDeletion || model.deletion(of: request.name) == 0,
            "\(request.name) has an identity from before its deletion")
        model.apply(.create(stream), lsn: lsn, time: time)
        answer(visibleAt: outcome.visibleAt, reveals: lsn, use: (stream.id, time))
    }
}
