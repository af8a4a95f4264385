import Synchronization
package import VarveLog

extension StreamEngine {
    /// Deletes a stream; returns the LSN at which the answer may leave. The name is free at once.
    ///
    /// Throws `notFound` when there is none, or its time is over.
    package func delete(_ name: UnsafeRawBufferPointer) throws(StreamRefusal) -> LSN {
        let now = time.now()
        return try log.withNamespace { (namespace) throws(StreamRefusal) -> LSN in
            guard let found = namespace.find(name) else {
                throw StreamRefusal(.notFound, visibleAt: namespace.lastDeletion)
            }
            return try found.withLock { (logState) throws(StreamRefusal) -> LSN in
                let stream = Stream(found)
                let isOver = stream.cell.state.isOver(at: now)
                let lsn = try remove(
                    stream, &logState, from: namespace, isOver ? .expired : .requested, now)
                if isOver { throw StreamRefusal(.notFound, visibleAt: lsn) }
                return lsn
            }
        }
    }

    /// Deletes the streams whose time is over, at most `limit`, and journals what the log must know
    /// of streams held by live readers. Returns how many were deleted.
    ///
    /// Called by a timer: when `nextExpiry` has come, or every second.
    @discardableResult
    package func sweepExpired(limit: Int = 1000) -> Int {
        let now = time.now()
        var deleted = 0
        for entry in expiries.takeDue(at: now, limit: limit) where sweep(entry, now) {
            deleted += 1
        }
        if deleted > 0 { log.requestCommit() }
        return deleted
    }

    /// When `sweepExpired` has something to do, in milliseconds since 1970; nil while it has not.
    package var nextExpiry: UInt64? { expiries.nextVisit }

    /// Deletes a stream if its time is over, else puts its entry back; true when it was deleted.
    private func sweep(_ entry: ExpiryIndex.Entry, _ now: UInt64) -> Bool {
        log.withNamespace { namespace in
            entry.stream.log.withLock { logState in
                // Deleted by someone else since the entry was taken.
                if logState.isDeleted { return false }
                let expiry = entry.expiry
                if expiry.needsRenewal(at: now) {
                    journalTouch(entry.stream, entry.stream.cell, &logState, now)
                }
                let isDeleted =
                    expiry.isExpired(at: now)
                    && (try? remove(entry.stream, &logState, from: namespace, .expired, now)) != nil
                // What the log could not take now, because the disk is full, is tried again.
                if !isDeleted { expiries.add(entry.visiting(max(expiry.nextVisit, now + 1000))) }
                return isDeleted
            }
        }
    }

    /// Stages the deletion of a stream, whose lock is held, and tells whoever watches it.
    func remove(
        _ stream: Stream, _ logState: inout LogStreamState, from namespace: Namespace,
        _ reason: StreamEvent.Deletion, _ now: UInt64
    ) throws(StreamRefusal) -> LSN {
        let lsn: LSN
        do {
            lsn = try Self.withAnnotation(.delete(reason)) {
                (annotation) throws(LogError) -> LSN in
                let mutation = Mutation(
                    annotation: annotation, isStructural: true, wallMilliseconds: now)
                return try namespace.delete(stream.log, mutation, on: &logState)
            }
        } catch {
            throw StreamRefusal(.log(error), visibleAt: logState.lastLSN)
        }
        let cell = stream.cell
        notify(stream, cell, at: lsn)
        quota.release(logState.tail.byte)
        if let expiry = cell.state.expiry {
            expiry.isGone.store(true, ordering: .relaxed)
            expiries.noteGone()
        }
        return lsn
    }
}
