import Testing

@testable import VarveStore

@Suite("Expressions of reductions")
struct ReduceExpressionTests {
    private func value(
        _ expression: ReduceExpression, _ columns: [StoredValue?] = []
    ) throws -> [ReduceValue?] {
        try Rows([columns]).values(of: expression)
    }

    private func literal(_ value: ReduceValue) -> ReduceExpression { .literal(value) }

    @Test("fields of keys are read at their byte offset of the whole key")
    func keyFields() throws {
        let key: [UInt8] = [0xff, 0x80, 0, 0, 0, 0, 0, 0, 7, 1]
        let rows = Rows(keys: [key])
        #expect(try rows.values(of: .key(1, .int64)) == [.int64(7)])
        #expect(try rows.values(of: .key(9, .boolean)) == [.boolean(true)])
        #expect(
            try rows.values(of: .key(0, .fixedSizeBinary(count: 2))) == [
                .fixedSizeBinary([0xff, 0x80])
            ])
        #expect(try rows.values(of: .key(10, .fixedSizeBinary(count: 0))) == [.fixedSizeBinary([])])
    }

    @Test("a row whose key is too short for a field is skipped")
    func shortKeys() throws {
        let rows = Rows(keys: [[1, 2, 3], [], [1, 2, 3, 4, 5, 6, 7, 8]])
        #expect(try rows.values(of: .key(0, .uint64)) == [.uint64(0x0102_0304_0506_0708)])
        #expect(try rows.values(of: .key(1, .uint64)) == [])
        #expect(try rows.values(of: .key(254, .boolean)) == [])
        let result = try rows.reduce(
            ReduceParameters(reducers: [.count, .init(.max, .key(0, .uint64))]))
        #expect(result.results == [.uint64(1), .uint64(0x0102_0304_0506_0708)])
        #expect(result.rows == 3 && result.skippedRows == 2)
    }

    @Test("columns are read from what they are stored as")
    func columns() throws {
        let decimal = withUnsafeBytes(of: Int128(-5).littleEndian) { Array($0) }
        let cases: [(StoredValue, FieldKind, ReduceValue)] = [
            (.int64(-3), .int64, .int64(-3)), (.uint64(3), .uint64, .uint64(3)),
            (.float64(0.5), .float64, .float64(0.5)), (.int64(-3), .float64, .float64(-3)),
            (.boolean(true), .boolean, .boolean(true)), (.utf8("é"), .utf8, .utf8("é")),
            (.int64(20_000), .date32, .date32(20_000)), (.int64(-1), .date64, .date64(-1)),
            (.int64(5), .timestamp, .timestamp(5)),
            (.bytes(decimal), .decimal128, .decimal128(-5)),
            (.bytes(Int256(-5).littleEndianBytes), .decimal256, .decimal256(Int256(-5))),
            (.bytes([1, 0]), .fixedSizeBinary(count: 2), .fixedSizeBinary([1, 0])),
        ]
        for (stored, kind, expected) in cases {
            #expect(try value(.column(0, kind), [stored]) == [expected])
        }
    }

    @Test("a column that is stored as another kind makes its row skipped")
    func mismatches() throws {
        let cases: [(StoredValue, FieldKind)] = [
            (.uint64(3), .int64), (.int64(3), .uint64), (.float64(1), .int64),
            (.uint64(1), .float64), (.int64(1), .boolean), (.bytes([0x61]), .utf8),
            (.utf8("a"), .fixedSizeBinary(count: 1)), (.bytes([1]), .fixedSizeBinary(count: 2)),
            (.bytes([1]), .decimal128), (.bytes([UInt8](repeating: 0, count: 16)), .decimal256),
            (.uint64(1), .date32), (.float64(1), .timestamp), (.list([.int64(1)]), .int64),
            (.int64(1 << 31), .date32), (.int64(-(1 << 31) - 1), .date32),
        ]
        for (stored, kind) in cases {
            #expect(try value(.column(0, kind), [stored]) == [], "\(stored) as \(kind)")
        }
    }

    @Test("NULL is NULL where the column may be NULL, and skips the row where it may not")
    func nulls() throws {
        #expect(try value(.column(0), [nil]) == [nil])
        let strict = ReduceExpression.field(
            .value(ValueField(index: 0, kind: .int64, isNullable: false)))
        #expect(try value(strict, [nil]) == [])
        #expect(try value(strict, [.int64(1)]) == [.int64(1)])
        #expect(try value(.column(1), [.int64(1)]) == [])
    }

    @Test("sums, differences and products keep the kind, with a float they are floats")
    func arithmetic() throws {
        let (int, uint) = (literal(.int64(6)), literal(.uint64(6)))
        let (float, minus) = (literal(.float64(1.5)), literal(.int64(-2)))
        #expect(try value(.add(int, minus), []) == [.int64(4)])
        #expect(try value(.subtract(int, minus), []) == [.int64(8)])
        #expect(try value(.multiply(int, minus), []) == [.int64(-12)])
        #expect(try value(.add(uint, uint), []) == [.uint64(12)])
        #expect(try value(.subtract(uint, uint), []) == [.uint64(0)])
        #expect(try value(.multiply(uint, uint), []) == [.uint64(36)])
        for whole in [int, uint] {
            #expect(try value(.add(whole, float), []) == [.float64(7.5)])
            #expect(try value(.add(float, whole), []) == [.float64(7.5)])
            #expect(try value(.subtract(whole, float), []) == [.float64(4.5)])
            #expect(try value(.subtract(float, whole), []) == [.float64(-4.5)])
            #expect(try value(.multiply(float, whole), []) == [.float64(9)])
        }
        #expect(try value(.add(float, float), []) == [.float64(3)])
    }

    @Test("a quotient is always a float")
    func division() throws {
        #expect(
            try value(.divide(literal(.int64(7)), literal(.int64(2))), []) == [.float64(3.5)])
        #expect(
            try value(.divide(literal(.uint64(6)), literal(.uint64(2))), []) == [.float64(3)])
        #expect(
            try value(.divide(literal(.float64(1)), literal(.uint64(4))), []) == [.float64(0.25)])
        #expect(
            try value(.divide(literal(.int64(.min)), literal(.int64(-1))), [])
                == [.float64(9_223_372_036_854_775_808)])
    }

    @Test("what does not fit, a zero divisor and operands of other kinds skip the row")
    func faults() throws {
        let top = literal(.int64(.max))
        let faults: [ReduceExpression] = [
            .add(top, literal(.int64(1))), .multiply(top, literal(.int64(2))),
            .subtract(literal(.int64(.min)), literal(.int64(1))),
            .subtract(literal(.uint64(0)), literal(.uint64(1))),
            .add(literal(.uint64(.max)), literal(.uint64(1))),
            .multiply(literal(.int64(.min)), literal(.int64(-1))),
            .divide(top, literal(.int64(0))), .divide(top, literal(.float64(0))),
            .divide(literal(.float64(1)), literal(.float64(-0.0))),
            .divide(literal(.uint64(1)), literal(.uint64(0))),
            .add(top, literal(.uint64(1))), .divide(top, literal(.uint64(1))),
            .add(literal(.utf8("a")), literal(.utf8("b"))),
            .add(literal(.date64(1)), literal(.int64(1))),
            .add(literal(.decimal128(1)), literal(.decimal128(1))),
            .lower(literal(.int64(1))), .truncateToDay(literal(.int64(1))),
            .lower(literal(.fixedSizeBinary([0x41]))),
        ]
        for expression in faults {
            #expect(try value(expression, []) == [], "\(expression)")
        }
    }

    @Test("NULL in an operand makes NULL")
    func nullPropagation() throws {
        let (null, one) = (ReduceExpression.column(0), literal(.int64(1)))
        for expression: ReduceExpression in [
            .add(null, one), .add(one, null), .subtract(null, null), .multiply(one, null),
            .divide(null, literal(.int64(0))), .divide(one, null), .lower(.column(0, .utf8)),
            .truncateToDay(.column(0, .date64)), .add(.add(null, one), one),
        ] {
            #expect(try value(expression, [nil]) == [nil], "\(expression)")
        }
    }

    @Test(
        "lower case is that of Unicode",
        arguments: [
            ("", ""), ("ABC xyz 09@[`{", "abc xyz 09@[`{"), ("ÀÉÎ", "àéî"), ("ΣΑΣ", "σας"),
            ("Σ", "σ"), ("ΑΣ.", "ας."), ("ΑΣ'Α", "ασ'α"), ("ПРИВЕТ", "привет"), ("İ", "i\u{307}"),
            ("ß", "ß"), ("Ⅷ", "ⅷ"), ("😀A", "😀a"),
        ])
    func lowerCase(_ text: String, _ lower: String) throws {
        let values = try value(.lower(.column(0, .utf8)), [.utf8(text)])
        guard case .utf8(let result)?? = values.first else {
            Issue.record("\(values)")
            return
        }
        #expect(Array(result.utf8) == Array(lower.utf8))
    }

    @Test("text longer than any before it gets lower case, too")
    func longText() throws {
        for count in [63, 64, 65, 5000] {
            let text = String(repeating: "Q", count: count)
            #expect(
                try value(.lower(.column(0, .utf8)), [.utf8(text)])
                    == [.utf8(String(repeating: "q", count: count))])
            let other = String(repeating: "Ä", count: count)
            #expect(
                try value(.lower(.column(0, .utf8)), [.utf8(other)])
                    == [.utf8(String(repeating: "ä", count: count))])
        }
    }

    @Test("the start of a day is the one before, also before 1970")
    func days() throws {
        let day: Int64 = 86_400_000
        for (time, start) in [(0, 0), (1, 0), (day - 1, 0), (day, day), (-1, -day), (-day, -day)] {
            #expect(
                try value(.truncateToDay(.column(0, .date64)), [.int64(time)]) == [.date64(start)])
            #expect(
                try value(.truncateToDay(.column(0, .timestamp)), [.int64(time * 1000)])
                    == [.timestamp(start * 1000)])
        }
        #expect(try value(.truncateToDay(.column(0, .date32)), [.int64(-7)]) == [.date32(-7)])
        #expect(try value(.truncateToDay(literal(.date64(.min))), []) == [])
        #expect(
            try value(.truncateToDay(literal(.timestamp(.max))), [])
                == [.timestamp(Int64.max - Int64.max % (day * 1000))])
    }

    @Test("expressions nest up to their greatest depth and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> ReduceExpression {
            (1..<depth).reduce(literal(.utf8("A"))) { inner, _ in .lower(inner) }
        }
        #expect(try value(nested(ReduceLimits.expressionDepthMax), []) == [.utf8("a")])
        #expect(throws: StoreError.self) {
            try value(nested(ReduceLimits.expressionDepthMax + 1), [])
        }
    }
}
