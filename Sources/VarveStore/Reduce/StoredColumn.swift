/// A column as it stands in a row's bytes, which it points into.
enum StoredColumn: BitwiseCopyable {
    /// The row has no such column.
    case absent
    /// NULL.
    case null
    case int64(Int64)
    case uint64(UInt64)
    case float64(Double)
    case boolean(Bool)
    case utf8(UnsafeRawBufferPointer)
    case bytes(UnsafeRawBufferPointer)
    /// A list, which no field is read from.
    case list

    /// The column read as `kind`; no other kind is read from it than `ValueField` says.
    func scalar(as kind: FieldKind, isNullable: Bool) throws(RowFault) -> ReduceScalar {
        switch (kind, self) {
        case (_, .null):
            guard isNullable else { throw RowFault.unusable }
            return .null
        case (.int64, .int64(let value)): return .int64(value)
        case (.uint64, .uint64(let value)): return .uint64(value)
        case (.float64, .float64(let value)): return .float64(value)
        case (.float64, .int64(let value)): return .float64(Double(value))
        case (.boolean, .boolean(let value)): return .boolean(value)
        case (.utf8, .utf8(let text)): return .utf8(text)
        case (.date32, .int64(let value)):
            guard let days = Int32(exactly: value) else { throw RowFault.unusable }
            return .date32(days)
        case (.date64, .int64(let value)): return .date64(value)
        case (.timestamp, .int64(let value)): return .timestamp(value)
        case (.decimal128, .bytes(let bytes)) where bytes.count == 16:
            return .decimal128(Int128(littleEndian: bytes.loadUnaligned(as: Int128.self)))
        case (.decimal256, .bytes(let bytes)) where bytes.count == Int256.byteCount:
            return .decimal256(Int256(littleEndian: bytes))
        case (.fixedSizeBinary(let count), .bytes(let bytes)) where bytes.count == count:
            return .binary(bytes)
        default: throw RowFault.unusable
        }
    }
}
