import VarveLog

extension StreamEngine {
    /// Trims from streams with limited retention what they no longer keep; looks at `limit` streams
    /// at most, and only at those that got more than they keep or whose moment has come. Returns
    /// how many were trimmed.
    ///
    /// Deletes what is over first, which also brings those into memory whose moment came while they
    /// were not. Called by a timer, every second or so; waits for disks. What the log cannot take
    /// now, because the disk is full, is tried again.
    @discardableResult
    package func sweepRetention(limit: Int = 10_000) -> Int {
        sweepExpired()
        let now = time.now()
        var trimmed = 0
        for entry in retentions.takeDue(at: now, limit: limit) where sweep(entry, now) {
            trimmed += 1
        }
        return trimmed
    }

    /// When `sweepRetention` has something to do, in milliseconds since 1970, 0 = now; nil while it
    /// has not.
    package var nextRetention: UInt64? { retentions.nextMoment }

    /// Trims a stream as far as it must be, and puts it where its next look is due; true when it
    /// was trimmed.
    private func sweep(_ entry: RetentionIndex.Entry, _ now: UInt64) -> Bool {
        // Deleted or evicted by someone else since the entry was taken.
        guard let logStream = log.resident(entry.stream) else { return false }
        let stream = Stream(logStream)
        guard let look = look(stream, entry, now) else { return false }
        var isTrimmed = false
        var hasFailed = false
        if let place = try? place(look, in: stream) {
            let outcome = try? trim(stream, before: place, .retention, now)
            hasFailed = outcome == nil
            isTrimmed = outcome.map { $0.earliest > look.start } ?? false
        } else {
            hasFailed = true
        }
        stream.log.withLock { logState in
            if logState.isDeleted || logState.isRetired { return }
            if hasFailed {
                retentions.schedule(stream, entry.retention, at: now + 1000)
            } else {
                retentions.schedule(stream, logState)
            }
        }
        return isTrimmed
    }

    /// What a stream has, and what of it goes.
    private struct Look {
        var start: StreamPosition
        var tail: StreamPosition
        /// The end of what is too old.
        var age: StreamPosition?
        /// The first byte that may stay.
        var byte: UInt64?
    }

    /// Looks at a stream whose moment has come; nil when nothing is to be done about it.
    private func look(_ stream: Stream, _ entry: RetentionIndex.Entry, _ now: UInt64) -> Look? {
        stream.log.withLock { logState in
            let state = stream.cell.state
            // Another object of the same stream has another entry.
            guard let retention = state.retention, retention === entry.retention else { return nil }
            if logState.isDeleted || logState.isRetired || state.isOver(at: now) { return nil }
            return Look(
                start: logState.visibleStart, tail: logState.tail,
                age: retention.firstKept(at: now, tail: logState.tail),
                byte: retention.firstKeptByte(tail: logState.tail))
        }
    }

    /// The first border between records behind all that goes.
    private func place(_ look: Look, in stream: Stream) throws(LogError) -> StreamPosition {
        var place = max(look.age ?? look.start, look.start)
        guard let byte = look.byte else { return place }
        while place.byte < byte, place < look.tail {
            // As far as whole records go; a record that reaches beyond the byte goes too.
            place = try log.read(
                stream.log, from: place, maxBytes: Int(clamping: byte - place.byte),
                through: LSN(UInt64.max), blocking: true
            ).end
        }
        return place
    }
}
