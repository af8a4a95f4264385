package import VarveLog

extension StreamEngine {
    /// Hides what lies before `position` from the readers of a stream, for good. A place where they
    /// begin already, or before that, changes nothing. No use of the stream.
    ///
    /// Waits for a disk, unless `position` is the tail of an open stream that was never trimmed.
    /// - Throws: `notFound`, `deleted`, `offsetBeyondTail`, `offsetNotABoundary`, `log`.
    package func trim(
        _ stream: Stream, before position: StreamPosition
    ) throws(StreamRefusal) -> TrimOutcome {
        let now = time.now()
        try stream.log.withLock { (logState) throws(StreamRefusal) in
            try requireAlive(stream, logState, now)
        }
        return try trim(stream, before: position, .requested, now)
    }

    /// The same for whatever reason; what the stream is now and not what it was is looked at.
    func trim(
        _ stream: Stream, before position: StreamPosition, _ reason: StreamEvent.Trim,
        _ now: UInt64
    ) throws(StreamRefusal) -> TrimOutcome {
        let visible: VisibleStart?
        do {
            visible = try log.trimPoint(of: stream.log, at: position, blocking: true)
        } catch {
            throw refusal(error, of: stream)
        }
        return try log.withNamespace { (namespace) throws(StreamRefusal) -> TrimOutcome in
            try stream.log.withLock { (logState) throws(StreamRefusal) -> TrimOutcome in
                try requireAlive(stream, logState, now)
                if let visible {
                    try stage(visible, reason, stream, &logState, namespace, now)
                }
                return TrimOutcome(
                    earliest: logState.visibleStart, tail: logState.tail,
                    visibleAt: logState.lastLSN)
            }
        }
    }

    /// Stages a trim and applies it, unless readers begin there already.
    private func stage(
        _ visible: VisibleStart, _ reason: StreamEvent.Trim, _ stream: Stream,
        _ logState: inout LogStreamState, _ namespace: Namespace, _ now: UInt64
    ) throws(StreamRefusal) {
        let before = stream.ownBytes(logState)
        let lsn: LSN?
        do {
            lsn = try Self.withAnnotation(.trim(reason)) {
                (annotation) throws(LogError) -> LSN? in
                let mutation = Mutation(
                    annotation: annotation, isStructural: true, visible: visible,
                    wallMilliseconds: now)
                return try namespace.trim(stream.log, mutation, on: &logState)
            }
        } catch {
            throw StreamRefusal(.log(error), visibleAt: logState.lastLSN)
        }
        guard lsn != nil else { return }
        stream.cell.state.applyTrim(to: visible.position, tail: logState.tail)
        quota.release(before - stream.ownBytes(logState))
        log.requestCommit()
    }

    /// The refusal for what the log does not find in `stream`.
    private func refusal(_ error: LogError, of stream: Stream) -> StreamRefusal {
        let visibleAt = stream.log.withLock { $0.lastLSN }
        return switch error {
        case .offTheEnd: StreamRefusal(.offsetBeyondTail, visibleAt: visibleAt)
        case .notABoundary: StreamRefusal(.offsetNotABoundary, visibleAt: visibleAt)
        case .unknownStream: StreamRefusal(.notFound, visibleAt: visibleAt)
        default: StreamRefusal(.log(error), visibleAt: visibleAt)
        }
    }
}
