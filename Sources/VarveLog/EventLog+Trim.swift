import VarvePlatform

/// Trimming: a stream begins further on for its readers, for good; what lies before may go.
extension EventLog {
    /// Hides the records of `stream` before `position`, and waits until that is durable.
    ///
    /// A place where the stream begins already, or before that, changes nothing. Forks that have
    /// read the hidden records go on reading them.
    /// - Returns: the LSN of what made the stream begin where it does.
    /// - Throws: `unknownStream`, `offTheEnd`, `notABoundary`, and what appends throw.
    @discardableResult
    public func trim(
        _ stream: LogStream, before position: StreamPosition
    ) throws(LogError) -> LSN {
        let visible = try trimPoint(of: stream, at: position, blocking: true)
        let time = clock.wallMilliseconds()
        let lsn = try withNamespace { (space) throws(LogError) in
            try stream.withLock { (state) throws(LogError) in
                let mutation = Mutation(visible: visible, wallMilliseconds: time)
                return try space.trim(stream, mutation, on: &state) ?? state.structuralLSN
            }
        }
        try waitUntilDurable(lsn)
        return lsn
    }

    /// Where the readers of `stream` can be made to begin, found and checked; nil when they begin
    /// there already, or further on. It stays right as long as the stream is not deleted.
    ///
    /// - Parameter blocking: whether to wait for a disk.
    /// - Throws: `unknownStream`, `offTheEnd`, `notABoundary`, `wouldBlock` if not `blocking`.
    package func trimPoint(
        of stream: LogStream, at position: StreamPosition, blocking: Bool
    ) throws(LogError) -> VisibleStart? {
        let (tail, head, visibleStart, isGone) = stream.withLock {
            ($0.tail, $0.dataHead, $0.visibleStart, $0.isDeleted || $0.isRetired)
        }
        if isGone { throw .unknownStream }
        guard position <= tail else { throw .offTheEnd(position: position, tail: tail) }
        guard position > visibleStart else { return nil }
        if position == tail, let head { return VisibleStart(position: tail, head: head) }
        guard blocking else { throw .wouldBlock }
        do throws(LogError) {
            _ = try read(stream, from: position, maxBytes: 0, through: .everything, blocking: true)
            return VisibleStart(position: position, head: try self.head(of: stream, at: position))
        } catch {
            // Trimmed further on since the first look.
            if case .trimmed = error { return nil }
            throw error
        }
    }
}
