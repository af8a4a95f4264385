// Rows: no value may trap the readers of rows or a reduction over it, or make them read past its
// end; both readers agree on what is a row, and a row that is encoded again is the same row.

import VarveStore

extension FuzzTarget {
    /// The input is a value.
    static let storedRow = FuzzTarget(name: "stored-row") { data, size in
        let input = FuzzInput(data, size)
        let row = StoredRow(decoding: Array(input.rest))
        if let row {
            let again = StoredRow(decoding: row.encoded)
            // Not the rows themselves: a NaN is not equal to itself.
            demand(again?.encoded == row.encoded, "an encoded row is the same row")
        }
        let first = ReduceField.value(ValueField(index: 0, kind: .int64, isNullable: true))
        let filter = ReducePredicate(
            checks: [.init(field: first, constraint: .isNull)], isContradiction: false)
        let result = reduce(
            ReduceParameters(reducers: [.init(.countAll)], filter: filter), key: input.rest,
            value: input.rest)
        if row == nil { demand(result?.skippedRows == 1, "what is no row is skipped") }
        return 0
    }

    /// Two bytes for each of four fields: what it is, and where; one for the length of the key; the
    /// key; the rest is the value.
    static let reduction = FuzzTarget(name: "reduction") { data, size in
        var input = FuzzInput(data, size)
        let fields = (0..<4).map { _ in field(&input) }
        let key = input.take(Int(input.takeByte()))
        let parameters = ReduceParameters(
            reducers: [
                .init(.countAll), .init(.countField, fields[0]), .init(.max, fields[1]),
                .init(.sum, .multiply(fields[0], .add(fields[1], fields[2]))),
                .init(.min, .lower(fields[3])),
            ], groupBy: [fields[2], .truncateToDay(fields[0]), .divide(fields[1], fields[2])])
        guard let result = reduce(parameters, key: key, value: input.rest) else { return 0 }
        demand(result.rows == 1, "one row was fed")
        demand(
            result.groups.count == 1 - Int(result.skippedRows),
            "a row is skipped or makes a group")
        return 0
    }
}

/// What a reduction of one row gives; nil when it is refused or fails.
private func reduce(
    _ parameters: ReduceParameters, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
) -> ReduceResult? {
    guard let reduction = try? Reduction(parameters) else { return nil }
    return withExactCopy(key) { key in
        withExactCopy(value) { value in
            guard (try? reduction.feed(key: key, value: value)) != nil else { return nil }
            return reduction.finish()
        }
    }
}

/// A field that the input's next two bytes say.
private func field(_ input: inout FuzzInput) -> ReduceExpression {
    let (what, place) = (input.takeByte(), Int(input.takeByte()))
    let kinds: [FieldKind] = [
        .int64, .uint64, .float64, .boolean, .utf8, .date32, .date64, .timestamp, .decimal128,
        .decimal256, .fixedSizeBinary(count: place),
    ]
    let kind = kinds[Int(what >> 2) % kinds.count]
    return switch what & 3 {
    case 0: .field(.key(KeyField(byteOffset: place, kind: kind)))
    case 1:
        .field(
            .zOrder(
                ZOrderField(
                    bitOffset: place, position: place % 3, widths: [place % 5, 8, 4], kind: kind)))
    case 2: .field(.value(ValueField(index: place % 8, kind: kind, isNullable: true)))
    default: .field(.value(ValueField(index: place % 8, kind: kind, isNullable: false)))
    }
}
