import Synchronization
package import VarveLog

extension StreamEngine {
    /// Deletes a stream; returns the LSN at which the answer may leave. The name is free at once,
    /// unless forks of the stream live: then when the last of them goes.
    ///
    /// Throws `notFound` when there is none, or its time is over, `deleted` when only its forks
    /// keep it, and unless `blocking` `log(.wouldBlock)` for one that is not in memory or has
    /// forks: those whose time is over hold it until they are swept, which is to be done first.
    package func delete(
        _ name: UnsafeRawBufferPointer, blocking: Bool
    ) throws(StreamRefusal) -> LSN {
        let now = time.now()
        return try withNamespace(finding: name, blocking: blocking) {
            (namespace, found) throws(StreamRefusal) -> LSN in
            guard let found else {
                throw StreamRefusal(.notFound, visibleAt: namespace.lastDeletion)
            }
            return try found.withLock { (logState) throws(StreamRefusal) -> LSN in
                let stream = Stream(found)
                if logState.isRetired {
                    throw StreamRefusal(.deleted, visibleAt: logState.lastLSN)
                }
                guard blocking || !namespace.hasForks(found) else {
                    throw StreamRefusal(.log(.wouldBlock))
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
    /// Called by a timer, every second or so, on a thread that may wait for the disk: streams that
    /// are not in memory are loaded when their time has come.
    @discardableResult
    package func sweepExpired(limit: Int = 1000) -> Int {
        let now = time.now()
        readAlarms(through: now, limit: limit)
        var deleted = 0
        // What was loaded stays until it was swept, which its own entry brings about.
        var loaded: [Stream] = []
        while deleted < limit {
            let due = expiries.takeDue(at: now, limit: limit - deleted)
            if due.isEmpty { break }
            for entry in due {
                if let expiry = entry.expiry {
                    if sweep(entry, expiry, now) { deleted += 1 }
                } else if let stream = load(entry, now) {
                    loaded.append(stream)
                }
            }
        }
        if deleted > 0 { log.requestCommit() }
        return deleted
    }

    /// When `sweepExpired` must look at a stream in memory, in milliseconds since 1970; nil while
    /// it need not.
    package var nextExpiry: UInt64? { expiries.nextVisit }

    /// Adds entries for streams that are not in memory and whose alarm the catalog has for a moment
    /// that has come; some of them when they are many. What fails is tried again at the next sweep.
    private func readAlarms(through now: UInt64, limit: Int) {
        let (first, last) = expiries.claim(through: now)
        guard first < last else { return }
        // Alarms of streams in memory may be many and out of date; they have entries of their own.
        var looks = 16 * limit
        var found = 0
        var read = first
        do {
            try log.forEachAlarm(after: first, through: last.milliseconds) { alarm in
                read = alarm
                looks -= 1
                if !log.isResident(alarm.stream) {
                    found += 1
                    expiries.add(
                        ExpiryIndex.Entry(moment: alarm.milliseconds, stream: alarm.stream))
                }
                return looks > 0 && found < limit
            }
            let isAll = looks > 0 && found < limit
            expiries.noteRead(through: isAll ? last : read)
        } catch {
            expiries.noteRead(through: read)
        }
    }

    /// Brings a stream into memory whose alarm has come; it gets an entry of its own there. Nil
    /// when it is deleted, or cannot be read now.
    private func load(_ entry: ExpiryIndex.Entry, _ now: UInt64) -> Stream? {
        do {
            return try log.find(id: entry.stream).map { Stream($0) }
        } catch {
            expiries.add(entry.visiting(now + 1000))
            return nil
        }
    }

    /// Deletes a stream if its time is over, else puts its entry back; true when it was deleted.
    private func sweep(_ entry: ExpiryIndex.Entry, _ expiry: Expiry, _ now: UInt64) -> Bool {
        // Deleted or evicted by someone else since the entry was taken.
        guard let logStream = log.resident(entry.stream) else { return false }
        let stream = Stream(logStream)
        return log.withNamespace { namespace in
            logStream.withLock { logState in
                // Another object of the same stream has another entry.
                guard stream.cell.state.expiry === expiry else { return false }
                if logState.isDeleted || logState.isRetired { return false }
                if expiry.needsRenewal(at: now) {
                    journalTouch(stream, stream.cell, &logState, now)
                }
                let isDeleted =
                    expiry.isExpired(at: now)
                    && (try? remove(stream, &logState, from: namespace, .expired, now)) != nil
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
        if let retention = cell.state.retention { retentions.remove(retention) }
        if let expiry = cell.state.expiry {
            expiry.isGone.store(true, ordering: .relaxed)
            expiries.noteGone()
        }
        return removal
    }
}
