/// What a small read copied.
package struct SmallRead: Sendable {
    /// Where the run begins.
    package let start: StreamPosition
    /// Where it ends.
    package let end: StreamPosition
    /// True when nothing that is durable lies behind it.
    package let reachesTail: Bool
    /// The bytes that were copied.
    package let byteCount: Int
}
