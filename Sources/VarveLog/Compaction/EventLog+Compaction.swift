// Merging segments, and keeping files as they are for a copy.

extension EventLog {
    /// Settles everything staged so far and merges segments until as few are left as their largest
    /// size allows; what belongs to deleted streams, or was trimmed away, goes. Waits for that.
    ///
    /// The log merges by itself when it is worth it; this is for who wants the space now. Settling
    /// goes on meanwhile. The files that were merged go when no read looks into them any more.
    /// - Throws: `poisoned`, `outOfSpace`, `io`, `corruption`, `closed`; what was merged before
    ///   stays merged.
    ///
    /// - Parameter isOver: asked now and then; true ends the merging with `closed`.
    @discardableResult
    public func compact(
        until isOver: @escaping @Sendable () -> Bool = { false }
    ) throws(LogError) -> CompactionReport {
        try settle()
        return try settler.compact(until: isOver)
    }

    /// Keeps all files of the log that are in use by now as they are, for a copy of the log: hold
    /// it from before the first to behind the last look at the files.
    public func pinFiles() -> FilePin {
        FilePin(pins.pin())
    }
}
