import Testing

@testable import VarveStore

@Suite("Ordered encodings")
struct OrderedCodingTests {
    private func decode(_ bytes: [UInt8], _ kind: FieldKind) -> ReduceValue? {
        bytes.withUnsafeBytes { (try? OrderedCoding.decode($0, as: kind))?.value }
    }

    /// The value as group keys have it, without the byte that says that it is there.
    private func encode(_ value: ReduceValue) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try withScalar(value) { OrderedCoding.append($0, to: &bytes) }
        #expect(bytes.first == 1)
        return Array(bytes.dropFirst())
    }

    private func withScalar(_ value: ReduceValue, _ body: (ReduceScalar) -> Void) throws {
        let plan = try ReducePlan(
            ReduceParameters(groupBy: [.literal(value)]), limits: ReduceLimits())
        guard case .literal(let scalar) = plan.nodes[0] else { return }
        body(scalar)
        withExtendedLifetime(plan) {}
    }

    @Test("signed numbers are big-endian with the sign bit inverted")
    func signedNumbers() {
        #expect(decode([0x80, 0, 0, 0, 0, 0, 0, 5], .int64) == .int64(5))
        #expect(decode([0x7f, 255, 255, 255, 255, 255, 255, 255], .int64) == .int64(-1))
        #expect(decode([0, 0, 0, 0, 0, 0, 0, 0], .int64) == .int64(.min))
        #expect(decode([0x80, 0, 1, 0], .date32) == .date32(256))
        #expect(decode([0x80, 0, 0, 0, 0, 0, 0, 5], .date64) == .date64(5))
        #expect(decode([0x80, 0, 0, 0, 0, 0, 0, 5], .timestamp) == .timestamp(5))
        #expect(
            decode([0x80] + [UInt8](repeating: 0, count: 14) + [7], .decimal128) == .decimal128(7))
        #expect(decode([0x7f] + [UInt8](repeating: 255, count: 15), .decimal128) == .decimal128(-1))
        #expect(
            decode([0x80] + [UInt8](repeating: 0, count: 30) + [7], .decimal256)
                == .decimal256(Int256(7)))
        #expect(
            decode([0x7f] + [UInt8](repeating: 255, count: 31), .decimal256)
                == .decimal256(Int256(-1)))
    }

    @Test("unsigned numbers are big-endian, truth is any byte but 0, binary is as it is")
    func others() {
        #expect(decode([1, 2, 3, 4, 5, 6, 7, 8], .uint64) == .uint64(0x0102_0304_0506_0708))
        #expect(decode([0], .boolean) == .boolean(false))
        #expect(decode([2], .boolean) == .boolean(true))
        #expect(decode([1, 0, 2], .fixedSizeBinary(count: 3)) == .fixedSizeBinary([1, 0, 2]))
        #expect(decode([], .fixedSizeBinary(count: 0)) == .fixedSizeBinary([]))
    }

    @Test("a float has its top bit cleared when it was set to mark it positive, else all inverted")
    func floats() {
        #expect(decode([0xbf, 0xf0, 0, 0, 0, 0, 0, 0], .float64) == .float64(1))
        #expect(decode([0x40, 0x0f, 255, 255, 255, 255, 255, 255], .float64) == .float64(-1))
    }

    @Test("text ends at the first NUL and must be UTF-8")
    func text() {
        #expect(decode(Array("west".utf8) + [0, 0x61, 0xff], .utf8) == .utf8("west"))
        #expect(decode(Array("0123456789abcdef".utf8), .utf8) == .utf8("0123456789abcdef"))
        #expect(decode([0], .utf8) == .utf8(""))
        #expect(decode([0xff, 0], .utf8) == nil)
    }

    @Test("another number of bytes than the kind has is no value")
    func widths() {
        for kind: FieldKind in [
            .int64, .uint64, .float64, .boolean, .date32, .date64, .timestamp, .decimal128,
            .decimal256, .fixedSizeBinary(count: 3),
        ] {
            for count in [0, 2, 5, 9, 33] {
                #expect(decode([UInt8](repeating: 0, count: count), kind) == nil, "\(kind)")
            }
        }
    }

    /// Values of each kind in ascending order.
    static let ascending: [[ReduceValue]] = [
        [.int64(.min), .int64(-256), .int64(-1), .int64(0), .int64(1), .int64(256), .int64(.max)],
        [.uint64(0), .uint64(255), .uint64(256), .uint64(.max)],
        [
            .float64(-.infinity), .float64(-1e300), .float64(-1), .float64(-.leastNonzeroMagnitude),
            .float64(0),
            .float64(.leastNonzeroMagnitude), .float64(1), .float64(2), .float64(.infinity),
            .float64(.nan),
        ],
        [.boolean(false), .boolean(true)],
        [
            .utf8(""), .utf8("\0"), .utf8("\0\0"), .utf8("\0a"), .utf8("a"), .utf8("a\0"),
            .utf8("aa"),
            .utf8("b"), .utf8("é"), .utf8("😀"),
        ],
        [.date32(.min), .date32(-1), .date32(0), .date32(.max)],
        [.date64(-1), .date64(0), .date64(1)],
        [.timestamp(-1), .timestamp(0), .timestamp(1)],
        [.decimal128(.min), .decimal128(-1), .decimal128(0), .decimal128(1), .decimal128(.max)],
        [
            .decimal256(.min), .decimal256(Int256(-1)), .decimal256(Int256(0)),
            .decimal256(Int256(high: 0, low: .max)), .decimal256(Int256(high: 1, low: 0)),
            .decimal256(.max),
        ],
        [
            .fixedSizeBinary([0, 0]), .fixedSizeBinary([0, 255]), .fixedSizeBinary([1, 0]),
            .fixedSizeBinary([255, 255]),
        ],
    ]

    @Test("encodings sort as the values do, and values compare so", arguments: ascending)
    func order(_ values: [ReduceValue]) throws {
        let encodings = try values.map(encode)
        for left in values.indices {
            for right in values.indices {
                #expect(
                    encodings[left].lexicographicallyPrecedes(encodings[right]) == (left < right))
                try withScalar(values[left]) { first in
                    try? withScalar(values[right]) { second in
                        #expect(first.precedes(second) == (left < right))
                    }
                }
            }
        }
    }

    @Test("what groups encode is what fields of keys read", arguments: ascending)
    func fieldsOfKeys(_ values: [ReduceValue]) throws {
        for value in values {
            if case .utf8 = value { continue }
            if case .fixedSizeBinary = value { continue }
            let decoded = decode(try encode(value), value.kind)
            #expect("\(decoded as Any)" == "\(Optional(value) as Any)")
        }
    }

    @Test("values that follow one another in a group come back one by one", arguments: ascending)
    func groups(_ values: [ReduceValue]) throws {
        var bytes: [UInt8] = []
        for value in values {
            OrderedCoding.append(.null, to: &bytes)
            try withScalar(value) { OrderedCoding.append($0, to: &bytes) }
        }
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            for value in values {
                #expect(OrderedCoding.take(value.kind, from: &rest) == nil)
                let taken = OrderedCoding.take(value.kind, from: &rest)
                #expect("\(taken as Any)" == "\(Optional(value) as Any)")
            }
            #expect(rest.isEmpty)
        }
    }

    @Test("in groups NaNs are one value, the zeros are one value, and NULL comes first")
    func unified() throws {
        #expect(try encode(.float64(-.nan)) == encode(.float64(.nan)))
        #expect(try encode(.float64(.signalingNaN)) == encode(.float64(.nan)))
        #expect(try encode(.float64(-0.0)) == encode(.float64(0)))
        var null: [UInt8] = []
        OrderedCoding.append(.null, to: &null)
        #expect(null == [0])
    }

    @Test("256 bits add up and compare as numbers")
    func int256() {
        let cases: [(Int256, Int256, Int256, Bool)] = [
            (Int256(1), Int256(2), Int256(3), false), (Int256(-1), Int256(1), Int256(0), false),
            (Int256(high: 0, low: .max), Int256(1), Int256(high: 1, low: 0), false),
            (.max, Int256(1), .min, true), (.min, Int256(-1), .max, true),
            (.min, .max, Int256(-1), false), (.max, .min, Int256(-1), false),
            (.max, Int256(-1), Int256(high: .max, low: .max - 1), false),
            (
                Int256(high: .max, low: 5), Int256(high: 0, low: .max), Int256(high: .min, low: 4),
                true
            ),
            (.min, .min, Int256(0), true), (Int256(-1), Int256(-1), Int256(-2), false),
        ]
        for (left, right, sum, overflow) in cases {
            let result = left.addingReportingOverflow(right)
            #expect(result.partialValue == sum && result.overflow == overflow, "\(left) \(right)")
        }
        for value in [Int256.min, Int256(-2), Int256(0), Int256(high: 3, low: 4), Int256.max] {
            #expect(Int256(littleEndianBytes: value.littleEndianBytes) == value)
        }
        #expect(Int256(littleEndianBytes: [1] + [UInt8](repeating: 0, count: 31)) == Int256(1))
        #expect(Int256(littleEndianBytes: [1]) == nil)
    }
}
