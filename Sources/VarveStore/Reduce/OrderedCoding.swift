/// Encodings of values that sort, byte by byte, as the values do: those of fields in keys, and of
/// the groups of a reduction.
///
/// Signed numbers are big-endian with the sign bit inverted, unsigned ones big-endian; of a float
/// the sign bit is set when it was clear, and all bits are inverted when it was set.
enum OrderedCoding {
    // MARK: Fields of a key

    /// Reads a field whose bytes these are.
    /// - Throws: `RowFault` when their number is not that of the kind, or text is not UTF-8.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, as kind: FieldKind
    ) throws(RowFault) -> ReduceScalar {
        if kind == .utf8 {
            let end = bytes.firstIndex(of: 0) ?? bytes.count
            let text = UnsafeRawBufferPointer(rebasing: bytes[..<end])
            guard RowReader.isUTF8(text) else { throw RowFault.unusable }
            return .utf8(text)
        }
        guard bytes.count == kind.keyBytes else { throw RowFault.unusable }
        return switch kind {
        case .int64: .int64(signed(bytes))
        case .uint64: .uint64(UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
        case .float64: .float64(float(UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))))
        case .boolean: .boolean(bytes[0] != 0)
        case .utf8: .utf8(bytes)
        case .date32: .date32(signed(bytes))
        case .date64: .date64(signed(bytes))
        case .timestamp: .timestamp(signed(bytes))
        case .decimal128: .decimal128(signed(bytes))
        case .decimal256: .decimal256(decimal256(bytes))
        case .fixedSizeBinary: .binary(bytes)
        }
    }

    private static func signed<T: SignedInteger & FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer
    ) -> T {
        T(bigEndian: bytes.loadUnaligned(as: T.self)) ^ T.min
    }

    private static func float(_ bits: UInt64) -> Double {
        Double(bitPattern: bits >> 63 == 1 ? bits ^ (1 << 63) : ~bits)
    }

    private static func decimal256(_ bytes: UnsafeRawBufferPointer) -> Int256 {
        let low = bytes.loadUnaligned(fromByteOffset: 16, as: UInt128.self)
        return Int256(high: signed(bytes), low: UInt128(bigEndian: low))
    }

    // MARK: Groups

    /// Appends a value that is followed by others: 0 for NULL, else 1 and the value, text and
    /// binary with 0 written as `00 ff` and `00 00` behind them. NaNs are one value, and so are the
    /// zeros.
    static func append(_ scalar: ReduceScalar, to bytes: inout [UInt8]) {
        bytes.append(scalar.isNull ? 0 : 1)
        switch scalar {
        case .null: break
        case .int64(let value), .date64(let value), .timestamp(let value):
            append(value ^ .min, to: &bytes)
        case .uint64(let value): append(value, to: &bytes)
        case .float64(let value): append(order(of: unified(value)), to: &bytes)
        case .boolean(let value): bytes.append(value ? 1 : 0)
        case .date32(let value): append(value ^ .min, to: &bytes)
        case .decimal128(let value): append(value ^ .min, to: &bytes)
        case .decimal256(let value):
            append(value.high ^ .min, to: &bytes)
            append(value.low, to: &bytes)
        case .utf8(let run), .binary(let run): append(run, to: &bytes)
        }
    }

    /// Takes the first value off `bytes`, which `append` wrote: a value of `kind`, or nil for NULL.
    static func take(_ kind: FieldKind?, from bytes: inout UnsafeRawBufferPointer) -> ReduceValue? {
        let isPresent = bytes[0] == 1
        bytes = UnsafeRawBufferPointer(rebasing: bytes[1...])
        guard isPresent, let kind else { return nil }
        switch kind {
        case .utf8: return .utf8(String(decoding: takeRun(from: &bytes), as: UTF8.self))
        case .fixedSizeBinary: return .fixedSizeBinary(takeRun(from: &bytes))
        default:
            let value = UnsafeRawBufferPointer(rebasing: bytes[..<kind.keyBytes])
            bytes = UnsafeRawBufferPointer(rebasing: bytes[kind.keyBytes...])
            return (try? decode(value, as: kind))?.value
        }
    }

    private static func append<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    private static func append(_ run: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        for byte in run {
            bytes.append(byte)
            if byte == 0 { bytes.append(0xff) }
        }
        bytes.append(0)
        bytes.append(0)
    }

    private static func takeRun(from bytes: inout UnsafeRawBufferPointer) -> [UInt8] {
        var run: [UInt8] = []
        var index = 0
        while bytes[index] != 0 || bytes[index + 1] != 0 {
            run.append(bytes[index])
            index += bytes[index] == 0 ? 2 : 1
        }
        bytes = UnsafeRawBufferPointer(rebasing: bytes[(index + 2)...])
        return run
    }

    /// A number of the order of floats, for `float` to read.
    private static func order(of value: Double) -> UInt64 {
        let bits = value.bitPattern
        return bits >> 63 == 1 ? ~bits : bits ^ (1 << 63)
    }

    private static func unified(_ value: Double) -> Double {
        value.isNaN ? .nan : value == 0 ? 0 : value
    }
}
