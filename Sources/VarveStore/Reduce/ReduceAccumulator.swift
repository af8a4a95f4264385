/// What one reducer has found so far in one group, or in all rows.
struct ReduceAccumulator {
    /// How many values were counted.
    private var count: UInt64 = 0
    /// The sum or extreme so far; of text and binary only what it is, since `run` has the bytes.
    private var scalar = ReduceScalar.null
    private var run: [UInt8] = []

    /// One that has seen nothing.
    init() {}

    /// Takes the value of the next row.
    ///
    /// - Returns: how many more bytes it keeps now than before.
    /// - Throws: `RowFault` when a sum does not fit its kind; the sum stays as it was.
    mutating func take(
        _ next: ReduceScalar, _ operation: ReduceParameters.Operation
    ) throws(RowFault) -> Int {
        guard !next.isNull || operation == .countAll else { return 0 }
        switch operation {
        case .countAll, .countField: count += 1
        case .sum: try add(next)
        case .min:
            if scalar.isNull || current({ next.precedes($0) }) { return keep(next) }
        case .max:
            if scalar.isNull || current({ $0.precedes(next) }) { return keep(next) }
        }
        return 0
    }

    /// The result; nil when there was no value, except for a count.
    func result(_ operation: ReduceParameters.Operation) -> ReduceValue? {
        switch operation {
        case .countAll, .countField: .uint64(count)
        case .sum, .min, .max: current { $0.value }
        }
    }

    private mutating func add(_ next: ReduceScalar) throws(RowFault) {
        switch (scalar, next) {
        case (.null, _): scalar = next
        case (.int64(let sum), .int64(let value)): scalar = .int64(try Self.sum(sum, value))
        case (.uint64(let sum), .uint64(let value)): scalar = .uint64(try Self.sum(sum, value))
        case (.float64(let sum), .float64(let value)): scalar = .float64(sum + value)
        case (.decimal128(let sum), .decimal128(let value)):
            scalar = .decimal128(try Self.sum(sum, value))
        case (.decimal256(let sum), .decimal256(let value)):
            let (sum, overflows) = sum.addingReportingOverflow(value)
            guard !overflows else { throw RowFault.unusable }
            scalar = .decimal256(sum)
        default: throw RowFault.unusable
        }
    }

    private static func sum<T: FixedWidthInteger>(_ left: T, _ right: T) throws(RowFault) -> T {
        let (sum, overflows) = left.addingReportingOverflow(right)
        guard !overflows else { throw RowFault.unusable }
        return sum
    }

    /// Calls `body` with what was kept, bytes included.
    private func current<Result>(_ body: (ReduceScalar) -> Result) -> Result {
        switch scalar {
        case .utf8: run.withUnsafeBytes { body(.utf8($0)) }
        case .binary: run.withUnsafeBytes { body(.binary($0)) }
        default: body(scalar)
        }
    }

    private mutating func keep(_ next: ReduceScalar) -> Int {
        let before = run.count
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        switch next {
        case .utf8(let bytes):
            replaceRun(with: bytes)
            scalar = .utf8(nothing)
        case .binary(let bytes):
            replaceRun(with: bytes)
            scalar = .binary(nothing)
        default: scalar = next
        }
        return run.count - before
    }

    private mutating func replaceRun(with bytes: UnsafeRawBufferPointer) {
        run.removeAll(keepingCapacity: true)
        run += bytes
    }
}
