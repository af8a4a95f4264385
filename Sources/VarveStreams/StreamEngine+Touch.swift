import VarveLog

extension StreamEngine {
    /// A successful read or append request uses the stream: its sliding window begins anew.
    ///
    /// Under the stream's lock. Returns what an answer must wait for so that the renewal it relies
    /// on is not lost; `.none` for streams without a window.
    @discardableResult
    func touch(
        _ stream: Stream, _ cell: StreamCell, _ logState: inout LogStreamState, _ now: UInt64
    ) -> LSN {
        guard let expiry = cell.state.expiry else { return .none }
        if expiry.touch(at: now) { journalTouch(stream, cell, &logState, now) }
        return expiry.touchLSN
    }

    /// Stages a touch. When the log cannot take it the use counts all the same, for this process:
    /// a full or failed disk must not keep anyone from reading.
    func journalTouch(
        _ stream: Stream, _ cell: StreamCell, _ logState: inout LogStreamState, _ now: UInt64
    ) {
        let staged = try? Self.withAnnotation(.touch) { (annotation) throws(LogError) -> LSN in
            let mutation = Mutation(annotation: annotation, wallMilliseconds: now)
            return try log.stage(mutation, on: &logState, of: stream.log)
        }
        guard let staged else { return }
        cell.state.applyTouch(at: now)
        cell.state.expiry?.touchLSN = staged
        log.requestCommit()
    }
}
