@testable import VarveStore

/// Rows as tests write them down: keys with the columns of their values.
struct Rows {
    /// The rows, in the order in which they are fed.
    var rows: [(key: [UInt8], value: [UInt8])] = []

    /// Rows whose values are these columns.
    init(_ columns: [[StoredValue?]] = []) {
        for (index, columns) in columns.enumerated() {
            rows.append(
                (key: [UInt8(truncatingIfNeeded: index)], value: StoredRow(columns).encoded))
        }
    }

    /// Rows with these keys and opaque values.
    init(keys: [[UInt8]]) {
        rows = keys.map { (key: $0, value: Array("opaque".utf8)) }
    }

    /// What a reduction of the rows gives.
    func reduce(
        _ parameters: ReduceParameters, limits: ReduceLimits = ReduceLimits()
    ) throws(StoreError) -> ReduceResult {
        let reduction = try Reduction(parameters, limits: limits)
        for row in rows {
            try reduction.feed(StoreEntry(key: row.key, value: row.value))
        }
        return reduction.finish()
    }

    /// The results of these reducers over the rows.
    func results(
        _ reducers: ReduceParameters.Reducer..., filter: ReducePredicate? = nil
    ) throws(StoreError) -> [ReduceValue?] {
        try reduce(ReduceParameters(reducers: reducers, filter: filter)).results
    }

    /// What an expression makes of each row; rows for which it cannot be computed are not there.
    func values(of expression: ReduceExpression) throws(StoreError) -> [ReduceValue?] {
        var values: [ReduceValue?] = []
        for row in rows {
            var one = Rows()
            one.rows = [row]
            let result = try one.reduce(ReduceParameters(groupBy: [expression]))
            values += result.groups.map { $0.values[0] }
        }
        return values
    }
}

extension ReduceExpression {
    /// A column that may be NULL.
    static func column(_ index: Int, _ kind: FieldKind = .int64) -> ReduceExpression {
        .field(.value(ValueField(index: index, kind: kind, isNullable: true)))
    }

    /// A part of the key.
    static func key(_ offset: Int, _ kind: FieldKind) -> ReduceExpression {
        .field(.key(KeyField(byteOffset: offset, kind: kind)))
    }
}

extension ReduceParameters.Reducer {
    /// How many rows there are.
    static let count = ReduceParameters.Reducer(.countAll)

    /// The sum of an expression.
    static func sum(_ expression: ReduceExpression) -> ReduceParameters.Reducer {
        ReduceParameters.Reducer(.sum, expression)
    }
}
