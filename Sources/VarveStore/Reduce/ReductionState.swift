/// What a reduction knows so far, and how it takes the next row.
///
/// A value without copies in the reduction's one property: access to it is checked once per row,
/// not at each of its fields.
struct ReductionState: ~Copyable {
    private let plan: ReducePlan
    private let limits: ReduceLimits
    private var evaluator: RowEvaluator
    /// The values of the reducers' expressions for the current row.
    private let values: UnsafeMutableBufferPointer<ReduceScalar>
    private var groupKey: [UInt8] = []
    private var groups = GroupTable()
    /// Those of the first group, one for each reducer, then those of the next.
    private var accumulators: [ReduceAccumulator] = []
    private var groupBytes = 0
    private var rows: UInt64 = 0
    private var skippedRows: UInt64 = 0

    /// A reduction of no rows yet.
    /// - Throws: `invalidReduce` when the parameters make no sense or are beyond `limits`.
    init(
        _ parameters: ReduceParameters, limits: ReduceLimits
    ) throws(StoreError) {
        plan = try ReducePlan(parameters, limits: limits)
        self.limits = limits
        evaluator = RowEvaluator(plan, bufferBytesMax: limits.scratchBytesMax)
        values = .allocate(capacity: plan.reducers.count)
        values.initialize(repeating: .null)
        if plan.groups.isEmpty {
            accumulators = plan.reducers.map { _ in ReduceAccumulator() }
        }
    }

    deinit {
        values.deallocate()
    }

    /// True when rows must be fed with their values; otherwise any will do.
    var needsValues: Bool { !plan.columns.isEmpty }

    /// True when no row can change the result, so none need be fed.
    var needsNoRows: Bool { plan.isContradiction }

    /// Takes the next row.
    /// - Throws: `invalidReduce` when a sum does not fit its kind, or there are too many groups;
    ///   the reduction has failed then.
    mutating func feed(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
    ) throws(StoreError) {
        guard !plan.isContradiction else { return }
        rows += 1
        do throws(RowFault) {
            try evaluator.begin(key: key, value: value)
            guard try evaluator.passes() else { return }
            try computeGroup()
            for (index, reducer) in plan.reducers.enumerated() {
                if let node = reducer.node { values[index] = try evaluator.scalar(node) }
            }
        } catch {
            guard error == .unusable else {
                throw .invalidReduce(
                    "a row needs more memory than groups (\(limits.groupBytesMax) bytes) and texts "
                        + "(\(limits.scratchBytesMax)) may take")
            }
            skippedRows += 1
            return
        }
        try accumulate(into: plan.groups.isEmpty ? 0 : try group())
    }

    /// The result over all rows that were fed.
    borrowing func finish() -> ReduceResult {
        var result = ReduceResult(rows: rows, skippedRows: skippedRows)
        if plan.groups.isEmpty {
            result.results = results(of: 0)
        } else {
            result.groups = groups.sorted().map { group in
                ReduceResult.Group(values: values(of: group), results: results(of: group))
            }
        }
        return result
    }

    private mutating func computeGroup() throws(RowFault) {
        groupKey.removeAll(keepingCapacity: true)
        for node in plan.groups {
            OrderedCoding.append(try evaluator.scalar(node), to: &groupKey)
            guard groupKey.count <= limits.groupBytesMax else { throw .tooLarge }
        }
    }

    /// The number of the current row's group.
    private mutating func group() throws(StoreError) -> Int {
        if let group = groups.find(groupKey) { return group }
        guard groups.count < limits.groupsMax else {
            throw .invalidReduce("there are more than \(limits.groupsMax) groups")
        }
        let perGroup = plan.reducers.count * MemoryLayout<ReduceAccumulator>.stride + 32
        try charge(groupKey.count + perGroup)
        for _ in plan.reducers { accumulators.append(ReduceAccumulator()) }
        return groups.insert(groupKey)
    }

    private mutating func accumulate(into group: Int) throws(StoreError) {
        let first = group * plan.reducers.count
        for (index, reducer) in plan.reducers.enumerated() {
            let grown: Int
            do throws(RowFault) {
                grown = try accumulators[first + index].take(values[index], reducer.operation)
            } catch {
                throw .invalidReduce("the sum of reducer \(index) does not fit its kind")
            }
            if grown != 0 { try charge(grown) }
        }
    }

    private mutating func charge(_ bytes: Int) throws(StoreError) {
        groupBytes += bytes
        guard groupBytes <= limits.groupBytesMax else {
            throw .invalidReduce("the groups have more than \(limits.groupBytesMax) bytes")
        }
    }

    private func results(of group: Int) -> [ReduceValue?] {
        plan.reducers.enumerated().map { index, reducer in
            accumulators[group * plan.reducers.count + index].result(reducer.operation)
        }
    }

    private func values(of group: Int) -> [ReduceValue?] {
        groups.withKey(of: group) { key in
            var rest = key
            return plan.groupKinds.map { OrderedCoding.take($0, from: &rest) }
        }
    }
}
