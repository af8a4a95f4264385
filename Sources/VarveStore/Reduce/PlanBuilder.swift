/// Checks the parameters of a reduction and lays them out for `ReducePlan`.
struct PlanBuilder {
    let limits: ReduceLimits
    private(set) var nodes: [ReduceNode] = []
    private(set) var zOrders: [ZOrderBits] = []
    private(set) var bufferCount = 0
    private(set) var columns: [Int] = []
    private(set) var checks: [ReducePlan.Check] = []
    private(set) var isContradiction = false
    private(set) var groups: [Int] = []
    private(set) var groupKinds: [FieldKind?] = []
    private(set) var reducers: [ReducePlan.Reducer] = []
    /// Allocated here, owned by the plan.
    private(set) var literals: [UnsafeMutableRawBufferPointer] = []

    /// A builder that refuses what is beyond `limits`.
    init(limits: ReduceLimits) {
        self.limits = limits
    }

    /// Lays out the parameters.
    /// - Throws: `invalidReduce`; then `releaseLiterals` must be called.
    mutating func build(_ parameters: ReduceParameters) throws(StoreError) {
        try checkCounts(parameters)
        for expression in parameters.groupBy {
            groups.append(try add(expression, depth: 1))
            groupKinds.append(Self.kind(of: expression))
        }
        for reducer in parameters.reducers {
            reducers.append(try plan(reducer))
        }
        if let filter = parameters.filter {
            isContradiction = filter.isContradiction
            for check in filter.checks {
                checks.append(
                    ReducePlan.Check(
                        node: try add(check.field), constraint: PlannedConstraint(check.constraint))
                )
            }
        }
        assignColumns()
    }

    /// Gives back what was allocated for a plan that is not made.
    func releaseLiterals() {
        for literal in literals { literal.deallocate() }
    }

    private func checkCounts(_ parameters: ReduceParameters) throws(StoreError) {
        guard !parameters.reducers.isEmpty || !parameters.groupBy.isEmpty else {
            throw .invalidReduce("there is neither a reducer nor an expression to group by")
        }
        try check(parameters.reducers.count, "reducers", limits.reducersMax)
        try check(
            parameters.groupBy.count, "expressions to group by", limits.groupExpressionsMax)
        let checks = parameters.filter?.checks ?? []
        try check(checks.count, "checks of the filter", limits.checksMax)
        let listed = checks.reduce(0) { $0 + PlannedConstraint.listedCount($1.constraint) }
        try check(listed, "listed values in the filter", limits.listedValuesMax)
    }

    private func check(_ count: Int, _ what: String, _ limit: Int) throws(StoreError) {
        guard count <= limit else {
            throw .invalidReduce("there are \(count) \(what); at most \(limit) may be")
        }
    }

    private mutating func plan(
        _ reducer: ReduceParameters.Reducer
    ) throws(StoreError) -> ReducePlan.Reducer {
        guard let expression = reducer.expression else {
            guard reducer.operation == .countAll else {
                throw .invalidReduce("of the operations only COUNT_ALL goes without an expression")
            }
            return ReducePlan.Reducer(operation: .countAll, node: nil)
        }
        guard reducer.operation != .countAll else {
            throw .invalidReduce("COUNT_ALL takes no expression")
        }
        let node = try add(expression, depth: 1)
        if reducer.operation == .sum, let kind = Self.kind(of: expression), !kind.isSummable {
            throw .invalidReduce("a sum of \(kind) is not defined")
        }
        return ReducePlan.Reducer(operation: reducer.operation, node: node)
    }

    // MARK: Steps

    private mutating func add(
        _ expression: ReduceExpression, depth: Int
    ) throws(StoreError) -> Int {
        guard depth <= ReduceLimits.expressionDepthMax else {
            throw .invalidReduce(
                "an expression is nested deeper than \(ReduceLimits.expressionDepthMax)")
        }
        let next = depth + 1
        switch expression {
        case .field(let field): return try add(field)
        case .literal(let value): return try append(.literal(scalar(of: value)))
        case .add(let left, let right):
            return try append(.add(add(left, depth: next), add(right, depth: next)))
        case .subtract(let left, let right):
            return try append(.subtract(add(left, depth: next), add(right, depth: next)))
        case .multiply(let left, let right):
            return try append(.multiply(add(left, depth: next), add(right, depth: next)))
        case .divide(let left, let right):
            return try append(.divide(add(left, depth: next), add(right, depth: next)))
        case .lower(let operand):
            bufferCount += 1
            return try append(.lower(add(operand, depth: next), buffer: bufferCount - 1))
        case .truncateToDay(let operand):
            return try append(.truncateToDay(add(operand, depth: next)))
        }
    }

    private mutating func add(_ field: ReduceField) throws(StoreError) -> Int {
        if case .fixedSizeBinary(let count) = field.kind, count < 0 {
            throw .invalidReduce("a field cannot have \(count) bytes")
        }
        switch field {
        case .key(let field):
            guard (0...StoreLimits.keyBytesMax).contains(field.byteOffset) else {
                throw .invalidReduce("a key has no byte \(field.byteOffset)")
            }
            return try append(.key(offset: field.byteOffset, kind: field.kind))
        case .zOrder(let field):
            zOrders.append(try ZOrderBits(field))
            return try append(.zOrder(zOrders.count - 1))
        case .value(let field):
            guard field.index >= 0 else {
                throw .invalidReduce("a row has no column \(field.index)")
            }
            columns.append(field.index)
            // The index for now; `assignColumns` makes a place among those that are read of it.
            return try append(
                .column(field.index, kind: field.kind, isNullable: field.isNullable))
        }
    }

    private mutating func append(_ node: ReduceNode) throws(StoreError) -> Int {
        guard nodes.count < limits.nodesMax else {
            throw .invalidReduce(
                "the expressions have more than \(limits.nodesMax) operations, fields and literals")
        }
        nodes.append(node)
        return nodes.count - 1
    }

    /// A literal, whose bytes, where it has some, get memory that stays.
    private mutating func scalar(of value: ReduceValue) -> ReduceScalar {
        switch value {
        case .int64(let value): .int64(value)
        case .uint64(let value): .uint64(value)
        case .float64(let value): .float64(value)
        case .boolean(let value): .boolean(value)
        case .utf8(let text): .utf8(keep(Array(text.utf8)))
        case .date32(let value): .date32(value)
        case .date64(let value): .date64(value)
        case .timestamp(let value): .timestamp(value)
        case .decimal128(let value): .decimal128(value)
        case .decimal256(let value): .decimal256(value)
        case .fixedSizeBinary(let bytes): .binary(keep(bytes))
        }
    }

    private mutating func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyBytes(from: bytes)
        literals.append(copy)
        return UnsafeRawBufferPointer(copy)
    }

    private mutating func assignColumns() {
        columns = Array(Set(columns)).sorted()
        let slots = Dictionary(uniqueKeysWithValues: zip(columns, columns.indices))
        for (place, node) in nodes.enumerated() {
            guard case .column(let index, let kind, let isNullable) = node,
                let slot = slots[index]
            else { continue }
            nodes[place] = .column(slot, kind: kind, isNullable: isNullable)
        }
    }

    // MARK: Kinds

    /// What an expression makes whenever it makes something but NULL; nil where it never does.
    static func kind(of expression: ReduceExpression) -> FieldKind? {
        switch expression {
        case .field(let field): return field.kind
        case .literal(let value): return value.kind
        case .add(let left, let right), .subtract(let left, let right),
            .multiply(let left, let right):
            return number(kind(of: left), kind(of: right))
        case .divide(let left, let right):
            return number(kind(of: left), kind(of: right)) == nil ? nil : .float64
        case .lower(let operand): return kind(of: operand) == .utf8 ? .utf8 : nil
        case .truncateToDay(let operand):
            let kind = kind(of: operand)
            return [.date32, .date64, .timestamp].contains(kind) ? kind : nil
        }
    }

    private static func number(_ left: FieldKind?, _ right: FieldKind?) -> FieldKind? {
        switch (left, right) {
        case (.int64, .int64), (.uint64, .uint64): left
        case (.float64, .float64), (.float64, .int64), (.float64, .uint64), (.int64, .float64),
            (.uint64, .float64):
            .float64
        default: nil
        }
    }
}
