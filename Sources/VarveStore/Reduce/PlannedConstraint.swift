import VarveBytes

/// A constraint, made ready to be asked for row after row: text as bytes, lists sorted.
enum PlannedConstraint {
    case runEqual([UInt8], isText: Bool)
    case booleanEqual(Bool)
    case intRange(Int64?, Int64?)
    case uint64Range(UInt64?, UInt64?)
    case floatRange(ReduceConstraint.FloatBound?, ReduceConstraint.FloatBound?)
    case decimal128Range(Int128?, Int128?)
    case decimal256Range(Int256?, Int256?)
    case isNull
    case isNotNull
    case runIn([[UInt8]], isText: Bool)
    case intIn([Int64])
    case uint64In([UInt64])

    /// The constraint, made ready.
    init(_ constraint: ReduceConstraint) {
        self =
            switch constraint {
            case .stringEqual(let text): .runEqual(Array(text.utf8), isText: true)
            case .booleanEqual(let value): .booleanEqual(value)
            case .binaryEqual(let bytes): .runEqual(bytes, isText: false)
            case .intRange(let min, let max): .intRange(min, max)
            case .uint64Range(let min, let max): .uint64Range(min, max)
            case .floatRange(let min, let max): .floatRange(min, max)
            case .decimal128Range(let min, let max): .decimal128Range(min, max)
            case .decimal256Range(let min, let max): .decimal256Range(min, max)
            case .isNull: .isNull
            case .isNotNull: .isNotNull
            case .stringIn(let texts):
                .runIn(Self.sorted(texts.map { Array($0.utf8) }), isText: true)
            case .intIn(let values): .intIn(values.sorted())
            case .uint64In(let values): .uint64In(values.sorted())
            case .binaryIn(let runs): .runIn(Self.sorted(runs), isText: false)
            }
    }

    /// How many values a constraint lists.
    static func listedCount(_ constraint: ReduceConstraint) -> Int {
        switch constraint {
        case .stringIn(let values): values.count
        case .intIn(let values): values.count
        case .uint64In(let values): values.count
        case .binaryIn(let values): values.count
        default: 0
        }
    }

    /// True when the value fulfils the constraint. Lists are searched by halves.
    func holds(for scalar: ReduceScalar) -> Bool {
        switch (self, scalar) {
        case (.isNull, _): scalar.isNull
        case (.isNotNull, _): !scalar.isNull
        case (.runEqual(let bytes, true), .utf8(let run)),
            (.runEqual(let bytes, false), .binary(let run)):
            bytes.withUnsafeBytes { run.equals($0) }
        case (.booleanEqual(let wanted), .boolean(let value)): value == wanted
        case (.intRange(let min, let max), .int64(let value)),
            (.intRange(let min, let max), .date64(let value)),
            (.intRange(let min, let max), .timestamp(let value)):
            Self.isWithin(value, min, max)
        case (.intRange(let min, let max), .date32(let value)):
            Self.isWithin(Int64(value), min, max)
        case (.uint64Range(let min, let max), .uint64(let value)): Self.isWithin(value, min, max)
        case (.floatRange(let min, let max), .float64(let value)): Self.isWithin(value, min, max)
        case (.decimal128Range(let min, let max), .decimal128(let value)):
            Self.isWithin(value, min, max)
        case (.decimal256Range(let min, let max), .decimal256(let value)):
            Self.isWithin(value, min, max)
        case (.runIn(let runs, true), .utf8(let run)), (.runIn(let runs, false), .binary(let run)):
            Self.contains(runs, run)
        case (.intIn(let values), .int64(let value)): Self.contains(values, value)
        case (.uint64In(let values), .uint64(let value)): Self.contains(values, value)
        default: false
        }
    }

    private static func isWithin<T: Comparable>(_ value: T, _ min: T?, _ max: T?) -> Bool {
        if let min, value < min { return false }
        if let max, value > max { return false }
        return true
    }

    private static func isWithin(
        _ value: Double, _ min: ReduceConstraint.FloatBound?, _ max: ReduceConstraint.FloatBound?
    ) -> Bool {
        let order = value.order
        if let min {
            guard order > min.value.order || (min.isInclusive && order == min.value.order) else {
                return false
            }
        }
        guard let max else { return true }
        return order < max.value.order || (max.isInclusive && order == max.value.order)
    }

    private static func contains<T: Comparable>(_ sorted: [T], _ value: T) -> Bool {
        let place = place(in: sorted.count) { sorted[$0] < value }
        return place < sorted.count && sorted[place] == value
    }

    private static func contains(_ sorted: [[UInt8]], _ run: UnsafeRawBufferPointer) -> Bool {
        let place = place(in: sorted.count) { index in
            sorted[index].withUnsafeBytes { $0.sortsBefore(run) }
        }
        return place < sorted.count && sorted[place].withUnsafeBytes { run.equals($0) }
    }

    /// The first place for which `isBefore` is false; it is true up to there and false from there
    /// on.
    private static func place(in count: Int, isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func sorted(_ runs: [[UInt8]]) -> [[UInt8]] {
        runs.sorted { left, right in
            left.withUnsafeBytes { left in right.withUnsafeBytes { left.sortsBefore($0) } }
        }
    }
}
