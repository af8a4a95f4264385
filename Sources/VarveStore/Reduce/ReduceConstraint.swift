/// What a predicate asks of a field.
///
/// A value of another kind than the constraint names does not fulfil it. NULL fulfils nothing but
/// `isNull`. Bounds that are nil do not limit; all bounds are included except those of floats,
/// which say so themselves.
public enum ReduceConstraint: Equatable, Hashable, Sendable {
    /// This text, byte for byte.
    case stringEqual(String)
    /// This truth.
    case booleanEqual(Bool)
    /// These bytes, as fixed-size binary.
    case binaryEqual([UInt8])
    /// An `int64`, `date32`, `date64` or `timestamp` from `min` to `max`.
    case intRange(min: Int64?, max: Int64?)
    /// A `uint64` from `min` to `max`.
    case uint64Range(min: UInt64?, max: UInt64?)
    /// A `float64` between the bounds, in the total order of floats: -0 below 0, and NaN with a
    /// clear sign bit above all others.
    case floatRange(min: FloatBound?, max: FloatBound?)
    /// A `decimal128` from `min` to `max`.
    case decimal128Range(min: Int128?, max: Int128?)
    /// A `decimal256` from `min` to `max`.
    case decimal256Range(min: Int256?, max: Int256?)
    /// NULL.
    case isNull
    /// Anything but NULL.
    case isNotNull
    /// One of these texts.
    case stringIn([String])
    /// One of these, as `int64`.
    case intIn([Int64])
    /// One of these, as `uint64`.
    case uint64In([UInt64])
    /// One of these runs of bytes, as fixed-size binary.
    case binaryIn([[UInt8]])

    /// An end of a range of floats.
    public struct FloatBound: Equatable, Hashable, Sendable {
        /// Where the range ends.
        public var value: Double
        /// Whether the value itself is in the range.
        public var isInclusive: Bool

        /// A bound at `value`.
        public init(_ value: Double, isInclusive: Bool) {
            self.value = value
            self.isInclusive = isInclusive
        }
    }
}
