package import VarveLog

extension StreamEngine {
    /// Wants to be told, as listener number `listener`, of the next change of a stream.
    ///
    /// Returns the stream's last LSN at that moment, or nil when it is gone: a listener watches
    /// first and then reads, so that no change falls between; when the LSN is beyond what it has
    /// read and not durable yet, it waits for that LSN as if it had been told of it.
    package func watch(_ stream: Stream, listener: Int) -> LSN? {
        let now = time.now()
        return stream.log.withLock { logState in
            let cell = stream.cell
            if logState.isDeleted || logState.isRetired || cell.state.isOver(at: now) { return nil }
            cell.state.arm(listener)
            return logState.lastLSN
        }
    }

    /// Does not want to be told any more. A call of `changed` may be under way.
    package func unwatch(_ stream: Stream, listener: Int) {
        stream.log.withLock { _ in
            stream.cell.state.disarm(listener)
        }
    }

    /// A live reader attaches to a stream: it cannot run out of its sliding window until
    /// `releaseLive`. Each call has one `releaseLive`.
    package func holdLive(_ stream: Stream) {
        stream.log.withLock { _ in stream.cell.state.expiry?.hold() }
    }

    /// A live reader leaves; that counts as a use.
    package func releaseLive(_ stream: Stream) {
        let now = time.now()
        stream.log.withLock { logState in
            let cell = stream.cell
            cell.state.expiry?.release(at: now)
            if !logState.isDeleted, !logState.isRetired { touch(stream, cell, &logState, now) }
        }
    }
}
