import Testing

@testable import VarveStore

@Suite("Rows")
struct StoredRowTests {
    /// The columns of a row as the reader of reductions sees them, or nil.
    private func columns(_ bytes: [UInt8], wanted: [Int]) -> [StoredColumn]? {
        bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: StoredColumn.self, capacity: wanted.count) { slots in
                var reader = RowReader(bytes)
                guard (try? reader.readColumns(wanted, into: slots)) != nil else { return nil }
                return Array(slots)
            }
        }
    }

    private func isNoRow(_ bytes: [UInt8]) -> Bool {
        // Both readers must say so.
        let isRow = StoredRow(decoding: bytes) != nil
        #expect(isRow == (columns(bytes, wanted: [0, 3]) != nil), "\(bytes)")
        return !isRow
    }

    @Test("each kind of column has the bytes that clients write")
    func bytes() {
        #expect(
            StoredRow([.int64(-2)]).encoded == [1, 1, 0, 255, 255, 255, 255, 255, 255, 255, 254])
        #expect(StoredRow([.uint64(258)]).encoded == [1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2])
        #expect(StoredRow([.float64(1)]).encoded == [1, 1, 2, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0])
        #expect(StoredRow([.boolean(true), .boolean(false)]).encoded == [2, 1, 3, 1, 1, 3, 0])
        #expect(StoredRow([.utf8("hé")]).encoded == [1, 1, 4, 3, 0x68, 0xc3, 0xa9])
        #expect(StoredRow([.bytes([0, 9])]).encoded == [1, 1, 5, 2, 0, 9])
        #expect(
            StoredRow([.list([.boolean(true), .list([])])]).encoded == [1, 1, 6, 2, 3, 1, 6, 0])
        #expect(StoredRow([nil, nil]).encoded == [2, 0, 0])
        #expect(StoredRow([]).encoded == [0])
        let long = StoredRow([.bytes([UInt8](repeating: 7, count: 300))]).encoded
        #expect(Array(long.prefix(5)) == [1, 1, 5, 0xac, 2])
    }

    @Test("what was encoded decodes, whatever follows it")
    func roundTrip() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let row = Self.randomRow(&random)
            #expect(StoredRow(decoding: row.encoded) == row)
            #expect(StoredRow(decoding: row.encoded + [1, 2, 3]) == row)
        }
    }

    @Test("a row that ends early is no row")
    func truncation() {
        let row = StoredRow([
            .int64(1), nil, .uint64(2), .float64(3), .boolean(true), .utf8("text"),
            .bytes([1, 2]), .list([.int64(1), .utf8("a"), .list([.boolean(false)])]),
        ]).encoded
        for count in 0..<row.count {
            #expect(isNoRow(Array(row[..<count])), "\(count) bytes")
        }
    }

    @Test(
        "what no row may contain makes it no row",
        arguments: [
            [], [1, 2], [1, 1, 7], [1, 1, 3, 2], [1, 1, 4, 1, 0xff], [1, 1, 4, 2, 0xc3, 0x28],
            [1, 1, 4, 3, 0xed, 0xa0, 0x80], [2, 0], [0x80], [0x80, 0], [1, 1, 5, 0x80, 0],
            [1, 1, 6, 1, 7], [1, 1, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0], [1, 1, 6, 100, 3, 1],
            [0xff, 0xff, 0xff, 0x7f], [1, 1, 6, 0xff, 0xff, 0xff, 0x7f, 3, 1],
        ] as [[UInt8]])
    func malformed(_ bytes: [UInt8]) {
        #expect(isNoRow(bytes))
    }

    @Test("a column that nobody asked for must be well formed, too")
    func otherColumns() {
        #expect(columns([2, 1, 3, 1, 1, 3, 2], wanted: [0]) == nil)
        #expect(columns([2, 1, 3, 1, 1, 3, 1], wanted: [0]) != nil)
    }

    @Test("lists are read up to their greatest depth and no deeper")
    func depth() {
        func nested(_ depth: Int) -> [UInt8] {
            [1, 1] + (1..<depth).flatMap { _ in [UInt8(6), 1] } + [6, 0]
        }
        #expect(!isNoRow(nested(1)))
        #expect(!isNoRow(nested(StoredRow.listDepthMax)))
        #expect(isNoRow(nested(StoredRow.listDepthMax + 1)))
        #expect(isNoRow(nested(100_000)))
    }

    @Test("the columns that are wanted are found by their index, others passed over")
    func wantedColumns() throws {
        let row = StoredRow([.int64(1), .list([.int64(9)]), nil, .utf8("x")]).encoded
        let found = try #require(columns(row, wanted: [0, 1, 2, 3, 4, 70_000]))
        #expect(found.map { "\($0)" }.prefix(3) == ["int64(1)", "list", "null"])
        guard case .utf8(let text) = found[3] else {
            Issue.record("\(found[3])")
            return
        }
        #expect(text.count == 1)
        #expect(found[4...].map { "\($0)" } == ["absent", "absent"])
        #expect(columns(row, wanted: [2])?.count == 1)
    }

    @Test("random bytes never trap, and both readers agree whether they are a row")
    func randomBytes() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = Self.randomRow(&random).encoded
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...(Bool.random() ? 7 : 255), using: &random)
            }
            if Bool.random() { bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count))) }
            _ = isNoRow(bytes)
        }
    }

    /// A row with up to six columns of all kinds.
    static func randomRow(_ random: inout SystemRandomNumberGenerator) -> StoredRow {
        StoredRow(
            (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Bool.random(using: &random) ? randomValue(&random, depth: 0) : nil
            })
    }

    private static func randomValue(
        _ random: inout SystemRandomNumberGenerator, depth: Int
    ) -> StoredValue {
        switch Int.random(in: 0...(depth < 3 ? 6 : 5), using: &random) {
        case 0: return .int64(Int64.random(in: .min ... .max, using: &random))
        case 1: return .uint64(UInt64.random(in: 0 ... .max, using: &random))
        case 2: return .float64(Double.random(in: -1e9...1e9, using: &random))
        case 3: return .boolean(Bool.random(using: &random))
        case 4: return .utf8(String(repeating: "aé😀", count: Int.random(in: 0...3)))
        case 5: return .bytes([UInt8](repeating: 0, count: Int.random(in: 0...200)))
        default:
            var values: [StoredValue] = []
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                values.append(randomValue(&random, depth: depth + 1))
            }
            return .list(values)
        }
    }
}
