import Testing

@testable import VarveStore

@Suite("Filters of reductions")
struct ReducePredicateTests {
    /// Whether a column that is stored so, read as `kind`, passes the constraint.
    private func passes(
        _ stored: StoredValue?, _ kind: FieldKind, _ constraint: ReduceConstraint
    ) throws -> Bool {
        let field = ReduceField.value(ValueField(index: 0, kind: kind, isNullable: true))
        let filter = ReducePredicate(checks: [.init(field: field, constraint: constraint)])
        return try Rows([[stored]]).results(.count, filter: filter) == [.uint64(1)]
    }

    private func bound(_ value: Double, _ isInclusive: Bool) -> ReduceConstraint.FloatBound {
        ReduceConstraint.FloatBound(value, isInclusive: isInclusive)
    }

    @Test("text, truth and binary are equal byte by byte")
    func equality() throws {
        #expect(try passes(.utf8("a"), .utf8, .stringEqual("a")))
        #expect(try !passes(.utf8("a"), .utf8, .stringEqual("A")))
        #expect(try !passes(.utf8("e\u{301}"), .utf8, .stringEqual("\u{e9}")))
        #expect(try passes(.boolean(true), .boolean, .booleanEqual(true)))
        #expect(try !passes(.boolean(true), .boolean, .booleanEqual(false)))
        let binary = FieldKind.fixedSizeBinary(count: 2)
        #expect(try passes(.bytes([1, 2]), binary, .binaryEqual([1, 2])))
        #expect(try !passes(.bytes([1, 2]), binary, .binaryEqual([1, 2, 3])))
    }

    @Test("ranges of integers include their bounds, and apply to dates and timestamps")
    func integerRanges() throws {
        for kind: FieldKind in [.int64, .date32, .date64, .timestamp] {
            for (value, isWithin) in [(4, false), (5, true), (6, true), (7, true), (8, false)] {
                #expect(
                    try passes(.int64(Int64(value)), kind, .intRange(min: 5, max: 7)) == isWithin)
            }
            #expect(try passes(.int64(-1000), kind, .intRange(min: nil, max: 7)))
            #expect(try passes(.int64(1000), kind, .intRange(min: 5, max: nil)))
            #expect(try passes(.int64(0), kind, .intRange(min: nil, max: nil)))
            #expect(try !passes(.int64(6), kind, .intRange(min: 7, max: 5)))
        }
        for (value, isWithin) in [(4, false), (5, true), (7, true), (8, false)] {
            #expect(
                try passes(.uint64(UInt64(value)), .uint64, .uint64Range(min: 5, max: 7))
                    == isWithin)
        }
    }

    @Test("ranges of decimals include their bounds")
    func decimalRanges() throws {
        for (value, isWithin) in [(-6, false), (-5, true), (0, true), (7, true), (8, false)] {
            let small = withUnsafeBytes(of: Int128(value).littleEndian) { Array($0) }
            #expect(
                try passes(.bytes(small), .decimal128, .decimal128Range(min: -5, max: 7))
                    == isWithin)
            let large = Int256(Int128(value)).littleEndianBytes
            #expect(
                try passes(
                    .bytes(large), .decimal256, .decimal256Range(min: Int256(-5), max: Int256(7)))
                    == isWithin)
        }
    }

    @Test("bounds of floats say themselves whether they are included")
    func floatRanges() throws {
        for (low, high) in [(false, false), (false, true), (true, false), (true, true)] {
            let range = ReduceConstraint.floatRange(min: bound(1, low), max: bound(2, high))
            #expect(try passes(.float64(1), .float64, range) == low)
            #expect(try passes(.float64(1.5), .float64, range))
            #expect(try passes(.float64(2), .float64, range) == high)
            #expect(try passes(.int64(2), .float64, range) == high)
            #expect(try !passes(.float64(0.5), .float64, range))
        }
        #expect(try passes(.float64(.nan), .float64, .floatRange(min: nil, max: nil)))
        #expect(try passes(.float64(.nan), .float64, .floatRange(min: bound(1, true), max: nil)))
        #expect(try !passes(.float64(.nan), .float64, .floatRange(min: nil, max: bound(1, true))))
        #expect(try !passes(.float64(-0.0), .float64, .floatRange(min: bound(0, true), max: nil)))
    }

    @Test("lists hold what is in them, in any order, and nothing when they are empty")
    func lists() throws {
        #expect(try passes(.utf8("b"), .utf8, .stringIn(["c", "a", "b"])))
        #expect(try !passes(.utf8("bb"), .utf8, .stringIn(["c", "a", "b"])))
        #expect(try !passes(.utf8(""), .utf8, .stringIn([])))
        let numbers: [Int64] = [5, -3, 5, .max, 0]
        for value: Int64 in [-4, -3, -2, 0, 1, 5, .max, .min] {
            #expect(try passes(.int64(value), .int64, .intIn(numbers)) == numbers.contains(value))
        }
        #expect(try passes(.uint64(7), .uint64, .uint64In([9, 7])))
        #expect(try !passes(.uint64(8), .uint64, .uint64In([9, 7])))
        let binary = FieldKind.fixedSizeBinary(count: 1)
        #expect(try passes(.bytes([7]), binary, .binaryIn([[9], [7, 0], [7]])))
        #expect(try !passes(.bytes([7]), binary, .binaryIn([[9], [7, 0], []])))
    }

    /// Every kind of constraint, with what it would accept.
    static let constraints: [ReduceConstraint] = [
        .stringEqual("a"), .booleanEqual(true), .binaryEqual([1]), .intRange(min: nil, max: nil),
        .uint64Range(min: nil, max: nil), .floatRange(min: nil, max: nil),
        .decimal128Range(min: nil, max: nil), .decimal256Range(min: nil, max: nil),
        .stringIn(["a"]), .intIn([1]), .uint64In([1]), .binaryIn([[1]]),
    ]

    @Test("NULL fulfils nothing but the question for NULL")
    func nulls() throws {
        #expect(try passes(nil, .int64, .isNull))
        #expect(try !passes(nil, .int64, .isNotNull))
        #expect(try !passes(.int64(1), .int64, .isNull))
        #expect(try passes(.int64(1), .int64, .isNotNull))
        for constraint in Self.constraints {
            for kind: FieldKind in [.int64, .uint64, .utf8, .float64, .boolean] {
                #expect(try !passes(nil, kind, constraint))
            }
        }
    }

    @Test("a value of another kind is no match")
    func mismatches() throws {
        let values: [(StoredValue, FieldKind, Set<Int>)] = [
            (.utf8("a"), .utf8, [0, 8]), (.boolean(true), .boolean, [1]),
            (.bytes([1]), .fixedSizeBinary(count: 1), [2, 11]), (.int64(1), .int64, [3, 9]),
            (.int64(1), .date32, [3]), (.int64(1), .date64, [3]), (.int64(1), .timestamp, [3]),
            (.uint64(1), .uint64, [4, 10]), (.float64(1), .float64, [5]),
            (.bytes([UInt8](repeating: 0, count: 16)), .decimal128, [6]),
            (.bytes([UInt8](repeating: 0, count: 32)), .decimal256, [7]),
        ]
        for (stored, kind, matching) in values {
            for (index, constraint) in Self.constraints.enumerated() {
                #expect(
                    try passes(stored, kind, constraint) == matching.contains(index),
                    "\(kind) \(constraint)")
            }
        }
    }

    @Test("all checks must hold; none hold for a contradiction")
    func conjunction() throws {
        let rows = Rows([[.int64(1), .int64(1)], [.int64(1), .int64(2)], [.int64(2), .int64(2)]])
        func check(_ index: Int, _ value: Int64) -> ReducePredicate.Check {
            .init(
                field: .value(ValueField(index: index, kind: .int64, isNullable: true)),
                constraint: .intRange(min: value, max: value))
        }
        var filter = ReducePredicate(checks: [check(0, 1), check(1, 2)])
        #expect(try rows.results(.count, filter: filter) == [.uint64(1)])
        filter.checks.removeLast()
        #expect(try rows.results(.count, filter: filter) == [.uint64(2)])
        filter.checks = []
        #expect(try rows.results(.count, filter: filter) == [.uint64(3)])
        filter.isContradiction = true
        #expect(try rows.results(.count, .sum(.column(0)), filter: filter) == [.uint64(0), nil])
        let reduction = try Reduction(ReduceParameters(reducers: [.count], filter: filter))
        #expect(reduction.needsNoRows)
    }

    @Test("a row whose filter cannot be computed is skipped")
    func faults() throws {
        let filter = ReducePredicate(checks: [
            .init(
                field: .value(ValueField(index: 1, kind: .int64, isNullable: false)),
                constraint: .isNotNull)
        ])
        let rows = Rows([
            [.int64(1)], [.int64(1), nil], [.int64(1), .utf8("a")], [nil, .int64(1)],
        ])
        let result = try rows.reduce(ReduceParameters(reducers: [.count], filter: filter))
        #expect(result.results == [.uint64(1)])
        #expect(result.skippedRows == 3)
    }
}
