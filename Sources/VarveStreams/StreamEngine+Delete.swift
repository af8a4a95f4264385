import Synchronization
package import VarveLog

extension StreamEngine {
    /// Deletes a stream; returns the LSN at which the answer may leave. The name is free at once,
    /// unless forks of the stream live: then when the last of them goes.
    ///
    /// Throws `notFound` when there is none, or its time is over, and `deleted` when only its forks
    /// keep it.
    package func delete(_ name: UnsafeRawBufferPointer) throws(StreamRefusal) -> LSN {
        let now = time.now()
        return try log.withNamespace { (namespace) throws(StreamRefusal) -> LSN in
            guard let found = namespace.find(name) else {
                throw StreamRefusal(.notFound, visibleAt: namespace.lastDeletion)
            }
            return try found.withLock { (logState) throws(StreamRefusal) -> LSN in
                let stream = Stream(found)
                if logState.isRetired {
                    throw StreamRefusal(.deleted, visibleAt: logState.lastLSN)
                }
                let isOver = stream.cell.state.isOver(at: now)
                let removal = try remove(
                    stream, &logState, from: namespace, isOver ? .expired : .requested, now)
                if isOver {
                    throw StreamRefusal(
                        removal.isRetired ? .deleted : .notFound, visibleAt: removal.lsn)
                }
                return removal.lsn
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

    /// Sweeps now what the timer would sweep at its next turn; nothing when nothing is due.
    ///
    /// For requests whose answer must not depend on the timer: a fork whose time is over holds its
    /// source until it is swept.
    package func sweepDue() {
        guard let due = nextExpiry, due <= time.now() else { return }
        sweepExpired()
    }

    /// Deletes a stream if its time is over, else puts its entry back; true when it was deleted.
    private func sweep(_ entry: ExpiryIndex.Entry, _ now: UInt64) -> Bool {
        log.withNamespace { namespace in
            entry.stream.log.withLock { logState in
                // Deleted by someone else since the entry was taken.
                if logState.isDeleted || logState.isRetired { return false }
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

    /// Stages the deletion of a stream that is not retired, whose lock is held, and tells whoever
    /// watches it.
    func remove(
        _ stream: Stream, _ logState: inout LogStreamState, from namespace: Namespace,
        _ reason: StreamEvent.Deletion, _ now: UInt64
    ) throws(StreamRefusal) -> StreamRemoval {
        let removal: StreamRemoval
        do {
            removal = try Self.withAnnotation(.delete(reason)) {
                (annotation) throws(LogError) -> StreamRemoval in
                let mutation = Mutation(
                    annotation: annotation, isStructural: true, wallMilliseconds: now)
                return try namespace.delete(stream.log, mutation, on: &logState)
            }
        } catch {
            throw StreamRefusal(.log(error), visibleAt: logState.lastLSN)
        }
        let cell = stream.cell
        notify(stream, cell, at: removal.lsn)
        if !removal.isRetired { quota.release(stream.ownBytes(logState)) }
        for source in removal.released {
            quota.release(source.withLock { Stream(source).ownBytes($0) })
        }
        if let expiry = cell.state.expiry {
            expiry.isGone.store(true, ordering: .relaxed)
            expiries.noteGone()
        }
        return removal
    }
}
