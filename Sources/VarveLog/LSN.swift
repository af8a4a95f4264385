/// A log sequence number: the place of one frame in the whole log, counted from 1.
///
/// Numbers are contiguous. `LSN.none` (0) stands before the first frame. Persisted.
public struct LSN: RawRepresentable, Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The number.
    public let rawValue: UInt64

    /// The number that no frame has.
    public static let none = LSN(0)

    /// Wraps a number.
    @inlinable
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Wraps a number.
    @inlinable
    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Earlier in the log.
    @inlinable
    public static func < (left: LSN, right: LSN) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Decimal digits.
    public var description: String { String(rawValue) }
}
