/// What makes a stream a fork: its origin, and the source that it reads through.
///
/// The edge keeps the source's object as long as the fork's. Immutable; any thread.
package final class ForkEdge: Sendable {
    /// Where the fork begins.
    package let origin: ForkOrigin
    /// The source; nil in the streams of a settlement, which nobody reads.
    package let source: LogStream?
    /// How many sources lie below the fork, one below the other.
    let depth: Int

    /// The edge of a fork that begins at `origin` of `source`.
    init(_ origin: ForkOrigin, source: LogStream?) {
        self.origin = origin
        self.source = source
        depth = 1 + (source?.edge?.depth ?? 0)
    }
}
