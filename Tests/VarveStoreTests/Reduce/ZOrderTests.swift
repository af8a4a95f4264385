import Testing

@testable import VarveStore

@Suite("Interleaved fields")
struct ZOrderTests {
    /// The fields' bits, highest first, one of each field after the other, as text of 0 and 1.
    private func interleaved(_ fields: [[UInt8]]) -> [Bool] {
        let bits: [[Bool]] = fields.map { field in
            var bits: [Bool] = []
            for byte in field { bits += (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
            return bits
        }
        let rounds = bits.map(\.count).max() ?? 0
        return (0..<rounds).flatMap { round in
            bits.compactMap { round < $0.count ? $0[round] : nil }
        }
    }

    private func packed(_ bits: [Bool]) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(0) { byte, bit in
                let isSet = start + bit < bits.count && bits[start + bit]
                return byte << 1 | (isSet ? 1 : 0)
            }
        }
    }

    private func value(_ field: ZOrderField, of key: [UInt8]) throws -> [ReduceValue?] {
        try Rows(keys: [key]).values(of: .field(.zOrder(field)))
    }

    @Test("the bits of two dimensions alternate, the first dimension first")
    func twoDimensions() throws {
        // 0b1010_1010 and 0b0101_0101 make 10 01 10 01 …
        let key: [UInt8] = [0b1001_1001, 0b1001_1001]
        for (position, byte) in [UInt8(0b1010_1010), 0b0101_0101].enumerated() {
            let field = ZOrderField(
                bitOffset: 0, position: position, widths: [1, 1],
                kind: .fixedSizeBinary(count: 1))
            #expect(try value(field, of: key) == [.fixedSizeBinary([byte])])
        }
    }

    @Test("fields of any widths at any bit come out as they went in")
    func anyFields() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let widths = (0..<Int.random(in: 1...5)).map { _ in Int.random(in: 0...9) }
            let fields = widths.map { width in
                (0..<width).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            let offset = Int.random(in: 0...40)
            let before = (0..<offset).map { _ in Bool.random(using: &random) }
            let key = packed(before + interleaved(fields))
            for (position, bytes) in fields.enumerated() {
                let field = ZOrderField(
                    bitOffset: offset, position: position, widths: widths,
                    kind: .fixedSizeBinary(count: bytes.count))
                #expect(try value(field, of: key) == [.fixedSizeBinary(bytes)])
                let isNeeded = offset + widths.reduce(0, +) * 8 > 0
                let cut = try value(field, of: Array(key.dropLast()))
                #expect(cut == (isNeeded ? [] : [.fixedSizeBinary(bytes)]))
            }
        }
    }

    @Test("numbers are read from them as from other fields of keys")
    func numbers() throws {
        let first = Array(repeating: UInt8(0), count: 7) + [9]
        let second: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 5]
        let key = packed(interleaved([first, second]))
        let widths = [8, 8]
        #expect(
            try value(
                ZOrderField(bitOffset: 0, position: 0, widths: widths, kind: .uint64), of: key)
                == [.uint64(9)])
        #expect(
            try value(ZOrderField(bitOffset: 0, position: 1, widths: widths, kind: .int64), of: key)
                == [.int64(5)])
    }

    @Test("a field that cannot be refuses the reduction")
    func refusals() {
        for field in [
            ZOrderField(bitOffset: 0, position: 2, widths: [8, 8], kind: .int64),
            ZOrderField(bitOffset: 0, position: -1, widths: [8, 8], kind: .int64),
            ZOrderField(bitOffset: 0, position: 0, widths: [4], kind: .int64),
            ZOrderField(bitOffset: -1, position: 0, widths: [8], kind: .int64),
            ZOrderField(bitOffset: .max, position: 0, widths: [8], kind: .int64),
            ZOrderField(bitOffset: 0, position: 0, widths: [.max, .max], kind: .int64),
            ZOrderField(bitOffset: 0, position: 1, widths: [-8, 8], kind: .int64),
            ZOrderField(
                bitOffset: 0, position: 0, widths: .init(repeating: 250, count: 10_000),
                kind: .utf8),
            ZOrderField(bitOffset: 0, position: 0, widths: [], kind: .int64),
        ] {
            #expect(throws: StoreError.self) {
                try Reduction(ReduceParameters(groupBy: [.field(.zOrder(field))]))
            }
        }
    }
}
