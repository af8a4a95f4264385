/// Computes the steps of a plan for one row after the other, without memory per row.
///
/// What it returns points into the row or into its scratch buffers, until the next row. Thread
/// rule: one thread at a time.
struct RowEvaluator: ~Copyable {
    private let plan: ReducePlan
    private let columns: UnsafeMutableBufferPointer<StoredColumn>
    /// One for each interleaved field, then one for each lower case.
    private var buffers: [UnsafeMutableRawBufferPointer]
    /// How many bytes the buffers have, and may have.
    private var bufferBytes = 0
    private let bufferBytesMax: Int
    private var key = UnsafeRawBufferPointer(start: nil, count: 0)

    /// An evaluator of that plan, with at most so many bytes of texts that it computes.
    init(_ plan: ReducePlan, bufferBytesMax: Int) {
        self.plan = plan
        self.bufferBytesMax = bufferBytesMax
        columns = .allocate(capacity: plan.columns.count)
        columns.initialize(repeating: .absent)
        buffers = plan.zOrders.map { .allocate(byteCount: $0.byteCount, alignment: 16) }
        for _ in 0..<plan.bufferCount {
            buffers.append(.allocate(byteCount: 64, alignment: 16))
        }
    }

    deinit {
        columns.deallocate()
        for buffer in buffers { buffer.deallocate() }
    }

    /// Takes the next row; its value is read only if the plan wants columns.
    mutating func begin(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
    ) throws(RowFault) {
        self.key = key
        guard !plan.columns.isEmpty else { return }
        var reader = RowReader(value)
        try reader.readColumns(plan.columns, into: columns)
    }

    /// True when the row passes the plan's checks.
    mutating func passes() throws(RowFault) -> Bool {
        for check in plan.checks {
            guard check.constraint.holds(for: try scalar(check.node)) else { return false }
        }
        return true
    }

    /// The value of a step for the row. Plans bound how deep this recurs.
    mutating func scalar(_ node: Int) throws(RowFault) -> ReduceScalar {
        switch plan.nodes[node] {
        case .key(let offset, let kind): return try keyField(offset, kind)
        case .zOrder(let index):
            let bits = plan.zOrders[index]
            return try OrderedCoding.decode(bits.gather(key, into: buffers[index]), as: bits.kind)
        case .column(let slot, let kind, let isNullable):
            return try columns[slot].scalar(as: kind, isNullable: isNullable)
        case .literal(let scalar): return scalar
        case .add(let left, let right): return try Arithmetic.add.apply(operands(left, right))
        case .subtract(let left, let right):
            return try Arithmetic.subtract.apply(operands(left, right))
        case .multiply(let left, let right):
            return try Arithmetic.multiply.apply(operands(left, right))
        case .divide(let left, let right): return try Arithmetic.divide.apply(operands(left, right))
        case .lower(let operand, let buffer):
            return try lower(scalar(operand), buffer: plan.zOrders.count + buffer)
        case .truncateToDay(let operand): return try Self.day(scalar(operand))
        }
    }

    private func keyField(_ offset: Int, _ kind: FieldKind) throws(RowFault) -> ReduceScalar {
        let count = kind.keyBytes
        guard key.count >= offset, key.count - offset >= count else { throw RowFault.unusable }
        let bytes = UnsafeRawBufferPointer(rebasing: key[offset..<offset + count])
        return try OrderedCoding.decode(bytes, as: kind)
    }

    /// Both operands; the right one is not computed when the left one is NULL.
    private mutating func operands(
        _ left: Int, _ right: Int
    ) throws(RowFault) -> (ReduceScalar, ReduceScalar) {
        let left = try scalar(left)
        return left.isNull ? (left, left) : (left, try scalar(right))
    }

    private mutating func lower(_ scalar: ReduceScalar, buffer: Int) throws(RowFault)
        -> ReduceScalar
    {
        guard !scalar.isNull else { return .null }
        guard case .utf8(let text) = scalar else { throw RowFault.unusable }
        let target = try scratch(buffer, byteCount: text.count)
        if LowerCase.convertASCII(text, into: target) {
            return .utf8(UnsafeRawBufferPointer(rebasing: target[..<text.count]))
        }
        let converted = Array(LowerCase.convert(String(decoding: text, as: UTF8.self)).utf8)
        let wider = try scratch(buffer, byteCount: converted.count)
        wider.copyBytes(from: converted)
        return .utf8(UnsafeRawBufferPointer(rebasing: wider[..<converted.count]))
    }

    /// A scratch buffer, made larger where it must be.
    private mutating func scratch(
        _ index: Int, byteCount: Int
    ) throws(RowFault) -> UnsafeMutableRawBufferPointer {
        let old = buffers[index]
        guard old.count < byteCount else { return old }
        bufferBytes += byteCount - old.count
        guard bufferBytes <= bufferBytesMax else { throw .tooLarge }
        old.deallocate()
        buffers[index] = .allocate(byteCount: byteCount, alignment: 16)
        return buffers[index]
    }

    /// The start of the day.
    private static func day(_ scalar: ReduceScalar) throws(RowFault) -> ReduceScalar {
        switch scalar {
        case .null, .date32: scalar
        case .date64(let milliseconds): .date64(try floor(milliseconds, to: 86_400_000))
        case .timestamp(let microseconds): .timestamp(try floor(microseconds, to: 86_400_000_000))
        default: throw RowFault.unusable
        }
    }

    private static func floor(_ value: Int64, to unit: Int64) throws(RowFault) -> Int64 {
        let rest = value % unit
        let (floor, overflows) = value.subtractingReportingOverflow(rest < 0 ? rest + unit : rest)
        guard !overflows else { throw RowFault.unusable }
        return floor
    }
}
