import Testing

@testable import VarveStore

@Suite("Reductions")
struct ReductionTests {
    private typealias Reducer = ReduceParameters.Reducer

    private func isRefused(
        _ parameters: ReduceParameters, limits: ReduceLimits = ReduceLimits(),
        over rows: Rows = Rows()
    ) -> Bool {
        do throws(StoreError) {
            _ = try rows.reduce(parameters, limits: limits)
            return false
        } catch {
            guard case .invalidReduce = error else { return false }
            return true
        }
    }

    @Test("over no rows a count is 0, everything else is absent, and there are no groups")
    func noRows() throws {
        let reducers: [Reducer] = [
            .count, .init(.countField, .column(0)), .sum(.column(0)), .init(.min, .column(0)),
            .init(.max, .column(0)),
        ]
        let result = try Rows().reduce(ReduceParameters(reducers: reducers))
        #expect(result.results == [.uint64(0), .uint64(0), nil, nil, nil])
        #expect(result.groups == [])
        let grouped = try Rows().reduce(
            ReduceParameters(reducers: reducers, groupBy: [.column(0)]))
        #expect(grouped.results == [] && grouped.groups == [])
    }

    @Test("countAll counts rows, countField those where the expression is not NULL")
    func counts() throws {
        let rows = Rows([[.int64(1)], [nil], [.int64(3)]])
        #expect(
            try rows.results(.count, .init(.countField, .column(0))) == [.uint64(3), .uint64(2)])
    }

    @Test("sums are over int64, uint64, float64 and decimals, NULL left out")
    func sums() throws {
        let small = { (value: Int128) in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        let rows = Rows([
            [
                .int64(-1), .uint64(1), .float64(0.5), .bytes(small(-7)),
                .bytes(Int256(-7).littleEndianBytes),
            ],
            [nil, nil, nil, nil, nil],
            [
                .int64(5), .uint64(2), .float64(1), .bytes(small(10)),
                .bytes(Int256(10).littleEndianBytes),
            ],
        ])
        let sums = try rows.results(
            .sum(.column(0)), .sum(.column(1, .uint64)), .sum(.column(2, .float64)),
            .sum(.column(3, .decimal128)), .sum(.column(4, .decimal256)))
        #expect(
            sums == [
                .int64(4), .uint64(3), .float64(1.5), .decimal128(3), .decimal256(Int256(3)),
            ])
        #expect(try Rows([[nil]]).results(.sum(.column(0))) == [nil])
    }

    @Test("a sum that does not fit fails the call; a sum of floats goes to infinity")
    func sumOverflow() throws {
        let top = Rows([[.int64(.max)], [.int64(1)]])
        #expect(isRefused(ReduceParameters(reducers: [.sum(.column(0))]), over: top))
        #expect(
            isRefused(
                ReduceParameters(reducers: [.sum(.column(0, .uint64))]),
                over: Rows([[.uint64(.max)], [.uint64(1)]])))
        for kind: FieldKind in [.decimal128, .decimal256] {
            let bytes = [UInt8](repeating: 255, count: kind.keyBytes - 1) + [0x7f]
            #expect(
                isRefused(
                    ReduceParameters(reducers: [.sum(.column(0, kind))]),
                    over: Rows([[.bytes(bytes)], [.bytes(bytes)]])))
        }
        let floats = Rows([
            [.float64(.greatestFiniteMagnitude)], [.float64(.greatestFiniteMagnitude)],
        ])
        #expect(try floats.results(.sum(.column(0, .float64))) == [.float64(.infinity)])
    }

    @Test("least and greatest are over any kind, floats in their total order")
    func extremes() throws {
        let rows = Rows([
            [.utf8("b"), .float64(.nan), .boolean(true), .int64(3), .bytes([2, 0])],
            [.utf8("aa"), .float64(-0.0), .boolean(false), .int64(-3), .bytes([1, 255])],
            [nil, nil, nil, nil, nil],
            [.utf8("a"), .float64(0), .boolean(true), .int64(0), .bytes([2, 1])],
        ])
        let kinds: [FieldKind] = [.utf8, .float64, .boolean, .date32, .fixedSizeBinary(count: 2)]
        let fields = kinds.enumerated().map { ReduceExpression.column($0.offset, $0.element) }
        let least = try rows.reduce(
            ReduceParameters(reducers: fields.map { Reducer(.min, $0) })
        ).results
        #expect(least[0] == .utf8("a"))
        #expect("\(least[1] as Any)" == "Optional(VarveStore.ReduceValue.float64(-0.0))")
        #expect(
            Array(least[2...]) == [.boolean(false), .date32(-3), .fixedSizeBinary([1, 255])])
        let greatest = try rows.reduce(
            ReduceParameters(reducers: fields.map { Reducer(.max, $0) })
        ).results
        #expect(greatest[0] == .utf8("b"))
        guard case .float64(let nan)? = greatest[1] else {
            Issue.record("no float")
            return
        }
        #expect(nan.isNaN)
        #expect(
            Array(greatest[2...]) == [.boolean(true), .date32(3), .fixedSizeBinary([2, 1])])
    }

    @Test("a row is skipped where its needed value is no row")
    func opaqueNeeded() throws {
        var rows = Rows([[.int64(1)], [.int64(2)]])
        rows.rows.append((key: [9], value: Array("opaque".utf8)))
        let result = try rows.reduce(ReduceParameters(reducers: [.count, .sum(.column(0))]))
        #expect(result.results == [.uint64(2), .int64(3)])
        #expect(result.rows == 3 && result.skippedRows == 1)
    }

    @Test("a row whose value is not needed counts even when it is no row")
    func opaqueNotNeeded() throws {
        let rows = Rows(keys: [[1], [2], [3]])
        #expect(try rows.results(.count) == [.uint64(3)])
        #expect(try rows.results(.init(.max, .key(0, .boolean))) == [.boolean(true)])
        #expect(try Reduction(ReduceParameters(reducers: [.count])).needsValues == false)
        #expect(try Reduction(ReduceParameters(reducers: [.sum(.column(0))])).needsValues)
    }

    @Test("a row that is skipped for one reducer counts for none and makes no group")
    func skippedWhole() throws {
        let rows = Rows([[.int64(1), .int64(0)], [.int64(2), .int64(2)]])
        let quotient = ReduceExpression.divide(.column(0), .column(1))
        #expect(
            try rows.results(.count, .sum(.column(0)), .sum(quotient))
                == [.uint64(1), .int64(2), .float64(1)])
        let grouped = try rows.reduce(
            ReduceParameters(reducers: [.count, .sum(quotient)], groupBy: [.column(0)]))
        #expect(grouped.groups == [.init(values: [.int64(2)], results: [.uint64(1), .float64(1)])])
    }

    @Test("groups come in the order of their values, NULL first, each with its results")
    func groups() throws {
        let rows = Rows([
            [.int64(5), .int64(1)], [nil, .int64(2)], [.int64(-5), .int64(3)],
            [.int64(5), .int64(4)], [nil, nil],
        ])
        let result = try rows.reduce(
            ReduceParameters(reducers: [.count, .sum(.column(1))], groupBy: [.column(0)]))
        #expect(result.results == [])
        #expect(
            result.groups == [
                .init(values: [nil], results: [.uint64(2), .int64(2)]),
                .init(values: [.int64(-5)], results: [.uint64(1), .int64(3)]),
                .init(values: [.int64(5)], results: [.uint64(2), .int64(5)]),
            ])
    }

    @Test("several expressions to group by make groups of all their values, the first one first")
    func severalExpressions() throws {
        let rows = Rows([
            [.utf8("b"), nil], [.utf8("a"), .int64(2)], [.utf8("b"), .int64(1)],
            [.utf8("a\0"), .int64(0)], [.utf8("a"), .int64(1)], [.utf8("b"), .int64(1)],
        ])
        let result = try rows.reduce(
            ReduceParameters(reducers: [.count], groupBy: [.column(0, .utf8), .column(1)]))
        #expect(
            result.groups.map(\.values) == [
                [.utf8("a"), .int64(1)], [.utf8("a"), .int64(2)], [.utf8("a\0"), .int64(0)],
                [.utf8("b"), nil], [.utf8("b"), .int64(1)],
            ])
        #expect(result.groups.map(\.results).last == [.uint64(2)])
    }

    @Test("groups alone are the distinct values")
    func distinct() throws {
        let rows = Rows([[.utf8("b")], [.utf8("a")], [.utf8("b")]])
        let result = try rows.reduce(ReduceParameters(groupBy: [.column(0, .utf8)]))
        #expect(
            result.groups == [
                .init(values: [.utf8("a")], results: []), .init(values: [.utf8("b")], results: []),
            ])
    }

    @Test("in groups NaNs are one value, and so are the zeros")
    func floatGroups() throws {
        let rows = Rows([
            [.float64(.nan)], [.float64(0)], [.float64(-.nan)], [.float64(-0.0)],
            [.float64(.signalingNaN)], [.float64(-1)],
        ])
        let result = try rows.reduce(
            ReduceParameters(reducers: [.count], groupBy: [.column(0, .float64)]))
        #expect(result.groups.map(\.results) == [[.uint64(1)], [.uint64(2)], [.uint64(3)]])
        #expect(result.groups[1].values == [.float64(0)])
        #expect("\(result.groups[1].values)".contains("float64(0.0)"))
    }

    @Test("groups over expressions of keys and rows together")
    func computedGroups() throws {
        var rows = Rows()
        for (key, name) in [("a1", "Oslo"), ("a2", "OSLO"), ("b3", "Rome")] {
            rows.rows.append((key: Array(key.utf8), value: StoredRow([.utf8(name)]).encoded))
        }
        let result = try rows.reduce(
            ReduceParameters(
                reducers: [.count],
                groupBy: [.key(0, .fixedSizeBinary(count: 1)), .lower(.column(0, .utf8))]))
        #expect(
            result.groups == [
                .init(values: [.fixedSizeBinary([0x61]), .utf8("oslo")], results: [.uint64(2)]),
                .init(values: [.fixedSizeBinary([0x62]), .utf8("rome")], results: [.uint64(1)]),
            ])
    }

    @Test("parameters that make no sense are refused before any row")
    func refusals() {
        #expect(isRefused(ReduceParameters()))
        #expect(isRefused(ReduceParameters(reducers: [Reducer(.countAll, .column(0))])))
        for operation: ReduceParameters.Operation in [.countField, .sum, .min, .max] {
            #expect(isRefused(ReduceParameters(reducers: [Reducer(operation)])))
        }
        for kind: FieldKind in [
            .utf8, .boolean, .date32, .date64, .timestamp, .fixedSizeBinary(count: 1),
        ] {
            #expect(isRefused(ReduceParameters(reducers: [.sum(.column(0, kind))])))
        }
        #expect(isRefused(ReduceParameters(groupBy: [.column(-1)])))
        #expect(isRefused(ReduceParameters(groupBy: [.key(-1, .int64)])))
        #expect(isRefused(ReduceParameters(groupBy: [.key(255, .int64)])))
        #expect(isRefused(ReduceParameters(groupBy: [.key(.max, .int64)])))
        #expect(isRefused(ReduceParameters(groupBy: [.column(0, .fixedSizeBinary(count: -1))])))
    }

    @Test("a column of any index may be asked for")
    func farColumn() throws {
        #expect(try Rows([[.int64(1)]]).values(of: .column(.max)) == [])
        #expect(try Rows(keys: [[1]]).values(of: .key(0, .fixedSizeBinary(count: .max))) == [])
    }

    @Test("everything has a limit, at which it still works")
    func limits() throws {
        var limits = ReduceLimits()
        limits.reducersMax = 2
        limits.groupExpressionsMax = 2
        limits.checksMax = 1
        limits.listedValuesMax = 3
        limits.nodesMax = 4
        let one = ReduceExpression.literal(.int64(1))
        #expect(!isRefused(ReduceParameters(reducers: [.count, .count]), limits: limits))
        #expect(isRefused(ReduceParameters(reducers: [.count, .count, .count]), limits: limits))
        #expect(!isRefused(ReduceParameters(groupBy: [one, one]), limits: limits))
        #expect(isRefused(ReduceParameters(groupBy: [one, one, one]), limits: limits))
        #expect(!isRefused(ReduceParameters(groupBy: [.add(one, one), one]), limits: limits))
        #expect(
            isRefused(ReduceParameters(groupBy: [.add(one, one), .lower(one)]), limits: limits))
        func filter(_ checks: Int, _ listed: Int) -> ReduceParameters {
            let check = ReducePredicate.Check(
                field: .key(KeyField(byteOffset: 0, kind: .int64)),
                constraint: .intIn([Int64](repeating: 0, count: listed)))
            return ReduceParameters(
                reducers: [.count],
                filter: ReducePredicate(checks: .init(repeating: check, count: checks)))
        }
        #expect(!isRefused(filter(1, 3), limits: limits))
        #expect(isRefused(filter(2, 0), limits: limits))
        #expect(isRefused(filter(1, 4), limits: limits))
    }

    @Test("groups have a limit in number and in bytes, the texts of their results included")
    func groupLimits() throws {
        let rows = Rows(
            (0..<100).map { [.int64(Int64($0)), .utf8(String(repeating: "x", count: 500))] })
        var limits = ReduceLimits()
        limits.groupsMax = 100
        #expect(!isRefused(ReduceParameters(groupBy: [.column(0)]), limits: limits, over: rows))
        limits.groupsMax = 99
        #expect(isRefused(ReduceParameters(groupBy: [.column(0)]), limits: limits, over: rows))
        limits.groupsMax = 100
        limits.groupBytesMax = 40_000
        #expect(!isRefused(ReduceParameters(groupBy: [.column(0)]), limits: limits, over: rows))
        let text = ReduceExpression.column(1, .utf8)
        #expect(
            isRefused(ReduceParameters(groupBy: [.column(0), text]), limits: limits, over: rows))
        #expect(
            isRefused(
                ReduceParameters(reducers: [.init(.max, text)], groupBy: [.column(0)]),
                limits: limits, over: rows))
    }

    @Test("one row takes no more memory than groups and computed texts may")
    func rowLimits() throws {
        let rows = Rows([[.utf8(String(repeating: "X", count: 1000))]])
        let text = ReduceExpression.column(0, .utf8)
        var limits = ReduceLimits()
        limits.groupBytesMax = 2100
        #expect(!isRefused(ReduceParameters(groupBy: [text]), limits: limits, over: rows))
        #expect(!isRefused(ReduceParameters(groupBy: [text, text]), limits: limits, over: rows))
        #expect(
            isRefused(ReduceParameters(groupBy: [text, text, text]), limits: limits, over: rows))
        limits.scratchBytesMax = 2000
        func extremes(_ count: Int) -> ReduceParameters {
            ReduceParameters(
                reducers: (0..<count).map { _ in .init(.countField, .lower(text)) })
        }
        #expect(!isRefused(extremes(2), limits: limits, over: rows))
        #expect(isRefused(extremes(3), limits: limits, over: rows))
    }

    @Test("many groups are all found again")
    func manyGroups() throws {
        let rows = Rows((0..<20_000).map { [.int64(Int64($0 % 5000))] })
        let result = try rows.reduce(
            ReduceParameters(reducers: [.count], groupBy: [.column(0)]))
        #expect(result.groups.count == 5000)
        #expect(result.groups.allSatisfy { $0.results == [.uint64(4)] })
        #expect(result.groups.map(\.values) == (0..<5000).map { [.int64($0)] })
    }
}
