/// A stream's chain head at a place: what can be signed.
public struct ChainPlace: Equatable, Sendable {
    /// How many records and bytes the head covers.
    public let position: StreamPosition
    /// The chain's head there, the control records at that place included.
    public let head: ChainHash
    /// Whether the stream ends there for good.
    public let isClosed: Bool
}
