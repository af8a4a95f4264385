/// The identity of a stream inside one log: the LSN of the frame that created it, never used again.
///
/// Persisted.
public struct StreamID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The LSN of the first frame of the set that created the stream.
    public let rawValue: UInt64

    /// Wraps a number.
    @inlinable
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Decimal digits.
    public var description: String { String(rawValue) }
}
