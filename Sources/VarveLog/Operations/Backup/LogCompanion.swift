/// What keeps an index of its own beside an open log, and drops from the log what the index has: a
/// backup must have both, and they must fit.
package protocol LogCompanion: AnyObject, Sendable {
    /// Copies the index to `path`, which must not exist, and runs `body` before anything can be
    /// dropped from the log that the copy lacks. Waits for disks.
    ///
    /// False, and `body` has not run, when there is no index on disk.
    func withCopy(
        to path: String, _ body: () throws(LogError) -> Void
    ) throws(LogError) -> Bool
}
