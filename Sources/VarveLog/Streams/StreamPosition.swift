import VarveBytes

/// A place between two records of a stream: how many records and how many bytes lie before it.
///
/// Its text, `%016x_%016x`, is the offset token of the protocol; texts compare as the places do.
public struct StreamPosition: Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The number of data records before this place.
    public var record: UInt64
    /// The number of stored bytes before this place, separators included.
    public var byte: UInt64

    /// The beginning of every stream.
    public static let start = StreamPosition(record: 0, byte: 0)

    /// A place after `record` records and `byte` bytes.
    @inlinable
    public init(record: UInt64, byte: UInt64) {
        self.record = record
        self.byte = byte
    }

    /// Nearer to the beginning.
    @inlinable
    public static func < (left: StreamPosition, right: StreamPosition) -> Bool {
        left.record != right.record ? left.record < right.record : left.byte < right.byte
    }

    /// The offset token.
    public var description: String {
        String(unsafeUninitializedCapacity: 33) { text in
            guard let base = text.baseAddress else { return 0 }
            Hex.write16(record, to: base)
            base[16] = UInt8(ascii: "_")
            Hex.write16(byte, to: base + 17)
            return 33
        }
    }
}
