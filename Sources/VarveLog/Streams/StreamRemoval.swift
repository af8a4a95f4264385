/// What became of a stream that was deleted.
package struct StreamRemoval {
    /// The LSN of the deletion.
    package var lsn: LSN
    /// True when forks of it live: it takes nothing more and keeps its name and its records until
    /// the last of them goes.
    package var isRetired: Bool
    /// The retired streams that were only kept for it, nearest first: they are gone with it.
    package var released: [LogStream] = []
}
