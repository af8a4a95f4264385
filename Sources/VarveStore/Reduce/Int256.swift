/// A signed integer of 256 bits: what a decimal of that size is made of.
public struct Int256: Equatable, Hashable, Sendable, BitwiseCopyable {
    /// The upper half, with the sign.
    public var high: Int128
    /// The lower half.
    public var low: UInt128

    /// How many bytes an encoding has.
    public static let byteCount = 32
    /// The least number.
    public static let min = Int256(high: .min, low: .min)
    /// The greatest number.
    public static let max = Int256(high: .max, low: .max)

    /// The number with these halves.
    public init(high: Int128, low: UInt128) {
        self.high = high
        self.low = low
    }

    /// A smaller number in 256 bits.
    public init(_ value: Int128) {
        high = value < 0 ? -1 : 0
        low = UInt128(bitPattern: value)
    }

    /// The number of 32 little-endian bytes; nil when there are not 32.
    public init?(littleEndianBytes bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self = bytes.withUnsafeBytes { Self(littleEndian: $0) }
    }

    /// The number as 32 little-endian bytes.
    public var littleEndianBytes: [UInt8] {
        withUnsafeBytes(of: low.littleEndian) { Array($0) }
            + withUnsafeBytes(of: high.littleEndian) { Array($0) }
    }

    /// The number of 32 little-endian bytes.
    init(littleEndian bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == Self.byteCount, "a decimal of 256 bits has 32 bytes")
        low = UInt128(littleEndian: bytes.loadUnaligned(as: UInt128.self))
        high = Int128(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: Int128.self))
    }

    /// The sum, without what does not fit, and whether something did not.
    public func addingReportingOverflow(
        _ other: Int256
    ) -> (partialValue: Int256, overflow: Bool) {
        let (low, carries) = low.addingReportingOverflow(other.low)
        let (sum, overflows) = high.addingReportingOverflow(other.high)
        let (high, overflowsAgain) = sum.addingReportingOverflow(carries ? 1 : 0)
        return (Int256(high: high, low: low), overflows != overflowsAgain)
    }
}

extension Int256: Comparable {
    /// True when the left number is less.
    public static func < (left: Int256, right: Int256) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}
