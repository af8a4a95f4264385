import VarveBytes

/// Finds the markers of records in content that arrives in any pieces.
///
/// A marker is `@` and 32 hexadecimal digits: the time of the append in monotonic nanoseconds, and
/// the number of the record. Nothing else in the content is an `@`.
struct MarkerScanner {
    /// A marker that was found.
    struct Marker {
        /// When the record's append was sent.
        let sentAt: UInt64
        /// The number of the record.
        let number: RecordNumber
    }

    /// The bytes of a marker.
    static let byteCount = 33

    /// How many digits of a marker have been seen; nil outside a marker.
    private var digits: Int?
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    /// Calls `found` for each marker that `content` completes.
    mutating func scan(_ content: UnsafeRawBufferPointer, _ found: (Marker) -> Void) {
        var index = 0
        while index < content.count {
            guard let seen = digits else {
                while index < content.count, content[index] != UInt8(ascii: "@") { index &+= 1 }
                if index < content.count {
                    digits = 0
                    index &+= 1
                }
                continue
            }
            guard let digit = Hex.value(content[index]) else {
                digits = nil
                continue
            }
            index &+= 1
            if seen < 16 {
                high = high &<< 4 | UInt64(digit)
            } else {
                low = low &<< 4 | UInt64(digit)
            }
            digits = seen &+ 1
            if seen &+ 1 == 32 {
                found(Marker(sentAt: high, number: RecordNumber(rawValue: low)))
                digits = nil
            }
        }
    }
}
