import Testing

@testable import VarveStore

/// Reductions against a plain model that keeps every row and computes with values of its own.
@Suite("Reductions against a model")
struct ReductionModelTests {
    private typealias Random = SystemRandomNumberGenerator

    /// A row cannot be computed.
    private struct Skipped: Error {}

    // MARK: The model

    private func value(of expression: ReduceExpression, _ row: [StoredValue?]) throws
        -> ReduceValue?
    {
        switch expression {
        case .literal(let value): return value
        case .field(.value(let field)): return try column(field, row)
        case .add(let left, let right):
            return try binary(
                left, right, row, +, { try self.exact($0.addingReportingOverflow($1)) })
        case .subtract(let left, let right):
            return try binary(
                left, right, row, -, { try self.exact($0.subtractingReportingOverflow($1)) })
        case .multiply(let left, let right):
            return try binary(
                left, right, row, *, { try self.exact($0.multipliedReportingOverflow(by: $1)) })
        default: throw Skipped()
        }
    }

    private func exact(_ result: (partialValue: Int64, overflow: Bool)) throws -> Int64 {
        if result.overflow { throw Skipped() }
        return result.partialValue
    }

    private func binary(
        _ left: ReduceExpression, _ right: ReduceExpression, _ row: [StoredValue?],
        _ float: (Double, Double) -> Double, _ integer: (Int64, Int64) throws -> Int64
    ) throws -> ReduceValue? {
        guard let left = try value(of: left, row) else { return nil }
        guard let right = try value(of: right, row) else { return nil }
        if case .int64(let left) = left, case .int64(let right) = right {
            return .int64(try integer(left, right))
        }
        guard let left = number(left), let right = number(right) else { throw Skipped() }
        return .float64(float(left, right))
    }

    private func number(_ value: ReduceValue) -> Double? {
        switch value {
        case .int64(let value): Double(value)
        case .float64(let value): value
        default: nil
        }
    }

    private func column(_ field: ValueField, _ row: [StoredValue?]) throws -> ReduceValue? {
        guard field.index < row.count else { throw Skipped() }
        guard let stored = row[field.index] else {
            if field.isNullable { return nil }
            throw Skipped()
        }
        switch (field.kind, stored) {
        case (.int64, .int64(let value)): return .int64(value)
        case (.float64, .float64(let value)): return .float64(value)
        case (.float64, .int64(let value)): return .float64(Double(value))
        case (.utf8, .utf8(let text)): return .utf8(text)
        default: throw Skipped()
        }
    }

    private func sortKey(_ value: ReduceValue?) -> (Int, Double, Int64, String) {
        switch value {
        case nil: (0, 0, 0, "")
        case .int64(let value)?: (1, 0, value, "")
        case .float64(let value)?: (1, value, 0, "")
        case .utf8(let text)?: (1, 0, 0, text)
        default: (2, 0, 0, "")
        }
    }

    private func reduce(
        _ parameters: ReduceParameters, _ rows: [[StoredValue?]]
    ) -> [(values: [ReduceValue?], results: [ReduceValue?])] {
        var groups: [[ReduceValue?]: [[ReduceValue?]]] = [:]
        for row in rows {
            guard let group = try? parameters.groupBy.map({ try value(of: $0, row) }),
                let inputs = try? parameters.reducers.map({ reducer in
                    try reducer.expression.flatMap { try value(of: $0, row) }
                })
            else { continue }
            groups[group, default: []].append(inputs)
        }
        if parameters.groupBy.isEmpty, groups.isEmpty { groups[[]] = [] }
        return groups.map { group, inputs in
            let results = parameters.reducers.indices.map { index in
                result(parameters.reducers[index].operation, inputs.map { $0[index] })
            }
            return (values: group, results: results)
        }.sorted { left, right in
            let (first, second) = (left.values.map(sortKey), right.values.map(sortKey))
            for (one, other) in zip(first, second) where one != other { return one < other }
            return false
        }
    }

    private func result(
        _ operation: ReduceParameters.Operation, _ inputs: [ReduceValue?]
    ) -> ReduceValue? {
        let present = inputs.compactMap { $0 }
        switch operation {
        case .countAll: return .uint64(UInt64(inputs.count))
        case .countField: return .uint64(UInt64(present.count))
        case .min: return present.min { sortKey($0) < sortKey($1) }
        case .max: return present.max { sortKey($0) < sortKey($1) }
        case .sum:
            guard let first = present.first else { return nil }
            if case .int64 = first {
                return .int64(
                    present.reduce(0) { sum, value in
                        guard case .int64(let value) = value else { return sum }
                        return sum + value
                    })
            }
            return .float64(present.compactMap(number).reduce(0, +))
        }
    }

    // MARK: What is computed

    private func expression(_ random: inout Random, _ depth: Int = 0) -> ReduceExpression {
        if depth < 2, Int.random(in: 0...2, using: &random) == 0 {
            let left = expression(&random, depth + 1)
            let right = expression(&random, depth + 1)
            return switch Int.random(in: 0...2, using: &random) {
            case 0: .add(left, right)
            case 1: .subtract(left, right)
            default: .multiply(left, right)
            }
        }
        if Int.random(in: 0...4, using: &random) == 0 {
            return .literal(.int64(Int64.random(in: -3...3, using: &random)))
        }
        let index = Int.random(in: 0...4, using: &random)
        let kind = index == 0 ? FieldKind.float64 : .int64
        let isNullable = Int.random(in: 0...5, using: &random) > 0
        return .field(.value(ValueField(index: index, kind: kind, isNullable: isNullable)))
    }

    private func row(_ random: inout Random) -> [StoredValue?] {
        (0..<Int.random(in: 3...5, using: &random)).map { index in
            switch Int.random(in: 0...12, using: &random) {
            case 0: nil
            case 1: .utf8("x")
            case 2: .int64(.max)
            default:
                index == 0
                    ? .float64(Double(Int.random(in: -8...8, using: &random)) / 4)
                    : .int64(Int64.random(in: -4...4, using: &random))
            }
        }
    }

    @Test("what a reduction gives is what the model gives")
    func model() throws {
        var random = Random()
        var compared = 0
        for _ in 0..<400 {
            let operations: [ReduceParameters.Operation] = [.countField, .min, .max, .sum]
            var reducers = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                ReduceParameters.Reducer(
                    operations.randomElement(using: &random) ?? .min, expression(&random))
            }
            reducers.append(.count)
            var groupBy = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                expression(&random)
            }
            if Bool.random(using: &random) { groupBy.append(.column(1, .utf8)) }
            let parameters = ReduceParameters(reducers: reducers, groupBy: groupBy)
            let rows = (0..<Int.random(in: 0...80, using: &random)).map { _ in row(&random) }
            let result: ReduceResult
            do throws(StoreError) {
                result = try Rows(rows).reduce(parameters)
            } catch {
                // Sums of the largest numbers do not fit, which the model does not know.
                continue
            }
            let expected = reduce(parameters, rows)
            compared += 1
            if groupBy.isEmpty {
                #expect(result.results == expected.first?.results)
            } else {
                #expect(result.groups.map(\.values) == expected.map(\.values))
                #expect(result.groups.map(\.results) == expected.map(\.results))
            }
        }
        #expect(compared > 100)
    }

    @Test("random bytes as keys and values never trap, whatever is computed")
    func randomBytes() throws {
        var random = Random()
        for _ in 0..<300 {
            let kinds: [FieldKind] = [
                .int64, .uint64, .float64, .boolean, .utf8, .date32, .date64, .timestamp,
                .decimal128, .decimal256, .fixedSizeBinary(count: 3),
            ]
            let expressions = kinds.flatMap { kind in
                [
                    .column(Int.random(in: 0...3, using: &random), kind),
                    .key(Int.random(in: 0...6, using: &random), kind),
                ] as [ReduceExpression]
            }
            let picked = (0..<3).map { _ in
                expressions.randomElement(using: &random) ?? .column(0)
            }
            let parameters = ReduceParameters(
                reducers: [.count, .init(.min, picked[0]), .init(.max, .lower(picked[1]))],
                groupBy: Bool.random() ? [picked[2], .truncateToDay(picked[0])] : [])
            var rows = Rows()
            for _ in 0..<50 {
                var value = StoredRowTests.randomRow(&random).encoded
                for index in value.indices where Int.random(in: 0...20, using: &random) == 0 {
                    value[index] = UInt8.random(in: 0...255, using: &random)
                }
                let count = Int.random(in: 0...40, using: &random)
                let key = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                rows.rows.append((key: key, value: value))
            }
            let result = try rows.reduce(parameters)
            #expect(result.skippedRows <= result.rows && result.rows == 50)
        }
    }
}
