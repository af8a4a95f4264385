import VarveBytes

/// Reads the encoding of a row from front to back, never past its end and without memory of its
/// own.
///
/// A row is read to its last column or not at all: lengths that are not there, tags and truths that
/// do not exist, text that is not UTF-8 and lists nested too deeply make it no row.
struct RowReader {
    private var reader: ByteReader

    /// A reader at the start of a value.
    init(_ value: UnsafeRawBufferPointer) {
        reader = ByteReader(value)
    }

    /// Reads a whole row and keeps the columns with the indices `wanted`, which ascend, in `slots`.
    mutating func readColumns(
        _ wanted: [Int], into slots: UnsafeMutableBufferPointer<StoredColumn>
    ) throws(RowFault) {
        let count = try readCount(bytesEach: 1)
        var slot = 0
        for index in 0..<count {
            let column = try readColumn()
            if slot < wanted.count, wanted[slot] == index {
                slots[slot] = column
                slot += 1
            }
        }
        while slot < wanted.count {
            slots[slot] = .absent
            slot += 1
        }
    }

    /// Reads a whole row into memory of its own.
    mutating func readRow() throws(RowFault) -> [StoredValue?] {
        let count = try readCount(bytesEach: 1)
        var columns: [StoredValue?] = []
        for _ in 0..<count {
            columns.append(try readFlag() ? try readValue(depth: 1) : nil)
        }
        return columns
    }

    private mutating func readColumn() throws(RowFault) -> StoredColumn {
        guard try readFlag() else { return .null }
        let column = try readScalar()
        if case .list = column { try skipList(depth: 1) }
        return column
    }

    /// Reads a value; behind the tag of a list it stops.
    private mutating func readScalar() throws(RowFault) -> StoredColumn {
        guard let tag = StoredValue.Tag(rawValue: try readByte()) else { throw RowFault.unusable }
        switch tag {
        case .int64: return .int64(Int64(bitPattern: try readWord()))
        case .uint64: return .uint64(try readWord())
        case .float64: return .float64(Double(bitPattern: try readWord()))
        case .boolean: return .boolean(try readFlag())
        case .utf8:
            let text = try readRun()
            guard Self.isUTF8(text) else { throw RowFault.unusable }
            return .utf8(text)
        case .bytes: return .bytes(try readRun())
        case .list: return .list
        }
    }

    private mutating func readValue(depth: Int) throws(RowFault) -> StoredValue {
        switch try readScalar() {
        case .int64(let value): return .int64(value)
        case .uint64(let value): return .uint64(value)
        case .float64(let value): return .float64(value)
        case .boolean(let value): return .boolean(value)
        case .utf8(let text): return .utf8(String(decoding: text, as: UTF8.self))
        case .bytes(let bytes): return .bytes(Array(bytes))
        case .absent, .null, .list:
            guard depth <= StoredRow.listDepthMax else { throw RowFault.unusable }
            var values: [StoredValue] = []
            for _ in 0..<(try readCount(bytesEach: 2)) {
                values.append(try readValue(depth: depth + 1))
            }
            return .list(values)
        }
    }

    private mutating func skipList(depth: Int) throws(RowFault) {
        guard depth <= StoredRow.listDepthMax else { throw RowFault.unusable }
        for _ in 0..<(try readCount(bytesEach: 2)) {
            if case .list = try readScalar() { try skipList(depth: depth + 1) }
        }
    }

    /// A number of things that take at least so many bytes each, and so cannot be more than fit.
    private mutating func readCount(bytesEach: Int) throws(RowFault) -> Int {
        guard let count = try? reader.readVarint(), count <= reader.remaining / bytesEach else {
            throw RowFault.unusable
        }
        return Int(count)
    }

    private mutating func readRun() throws(RowFault) -> UnsafeRawBufferPointer {
        let count = try readCount(bytesEach: 1)
        guard let run = try? reader.read(count: count) else { throw RowFault.unusable }
        return run
    }

    private mutating func readWord() throws(RowFault) -> UInt64 {
        guard let word = try? reader.read(UInt64.self) else { throw RowFault.unusable }
        return word.byteSwapped
    }

    private mutating func readByte() throws(RowFault) -> UInt8 {
        guard let byte = try? reader.read(UInt8.self) else { throw RowFault.unusable }
        return byte
    }

    private mutating func readFlag() throws(RowFault) -> Bool {
        let byte = try readByte()
        guard byte <= 1 else { throw RowFault.unusable }
        return byte == 1
    }

    /// True when the bytes are UTF-8.
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.withMemoryRebound(to: UInt8.self) { (try? UTF8Span(validating: $0.span)) != nil }
    }
}
