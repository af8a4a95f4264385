import VarveBytes

/// A column of a `StoredRow`, or a member of a list.
///
/// Encoding: the tag, then numbers with their 8 bytes, big-endian; truth as one byte, 0 or 1; text
/// and bytes with their length before them, as a varint; a list with its number of values and the
/// values, which cannot be NULL.
public indirect enum StoredValue: Equatable, Sendable {
    /// A signed integer.
    case int64(Int64)
    /// An unsigned integer.
    case uint64(UInt64)
    /// A floating-point number.
    case float64(Double)
    /// True or false.
    case boolean(Bool)
    /// UTF-8 text.
    case utf8(String)
    /// A run of bytes.
    case bytes([UInt8])
    /// Values of any kinds.
    case list([StoredValue])

    /// What an encoded value begins with. The numbers are persisted by those who write rows.
    enum Tag: UInt8 {
        case int64 = 0
        case uint64 = 1
        case float64 = 2
        case boolean = 3
        case utf8 = 4
        case bytes = 5
        case list = 6
    }

    /// Appends the encoding of the value.
    func encode(to bytes: inout [UInt8]) {
        switch self {
        case .int64(let value): Self.append(.int64, UInt64(bitPattern: value), to: &bytes)
        case .uint64(let value): Self.append(.uint64, value, to: &bytes)
        case .float64(let value): Self.append(.float64, value.bitPattern, to: &bytes)
        case .boolean(let value): bytes += [Tag.boolean.rawValue, value ? 1 : 0]
        case .utf8(let text): Self.append(.utf8, Array(text.utf8), to: &bytes)
        case .bytes(let run): Self.append(.bytes, run, to: &bytes)
        case .list(let values):
            bytes.append(Tag.list.rawValue)
            Self.append(count: values.count, to: &bytes)
            for value in values { value.encode(to: &bytes) }
        }
    }

    /// Appends a number of things as a varint.
    static func append(count: Int, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Varint.byteCountMax, alignment: 1) { buffer in
            guard let base = buffer.baseAddress else { return }
            let size = Varint.encode(UInt64(count), to: base)
            bytes += buffer[..<size]
        }
    }

    private static func append(_ tag: Tag, _ word: UInt64, to bytes: inout [UInt8]) {
        bytes.append(tag.rawValue)
        withUnsafeBytes(of: word.bigEndian) { bytes += $0 }
    }

    private static func append(_ tag: Tag, _ run: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(tag.rawValue)
        append(count: run.count, to: &bytes)
        bytes += run
    }
}
