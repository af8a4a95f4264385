/// The parameters of a reduction, checked and laid out as steps.
///
/// Immutable once it is made.
final class ReducePlan {
    /// A check of a step's value.
    struct Check {
        let node: Int
        let constraint: PlannedConstraint
    }

    /// An operation over a step's value.
    struct Reducer {
        let operation: ReduceParameters.Operation
        /// The step; nil for `countAll`.
        let node: Int?
    }

    /// The steps.
    let nodes: UnsafeBufferPointer<ReduceNode>
    /// The interleaved fields.
    let zOrders: [ZOrderBits]
    /// How many scratch buffers steps need.
    let bufferCount: Int
    /// The indices of the columns that are read, ascending.
    let columns: [Int]
    /// What must hold for a row to be looked at.
    let checks: [Check]
    /// True when no row is looked at.
    let isContradiction: Bool
    /// The steps to group by.
    let groups: [Int]
    /// What each of them is; nil where it is never anything but NULL.
    let groupKinds: [FieldKind?]
    /// The results.
    let reducers: [Reducer]
    /// The bytes that literals point to.
    private let literals: [UnsafeMutableRawBufferPointer]

    /// A plan of these parameters.
    /// - Throws: `invalidReduce`.
    init(_ parameters: ReduceParameters, limits: ReduceLimits) throws(StoreError) {
        var builder = PlanBuilder(limits: limits)
        // Whatever was allocated for a plan that is refused goes, too.
        do throws(StoreError) {
            try builder.build(parameters)
        } catch {
            builder.releaseLiterals()
            throw error
        }
        let nodes = UnsafeMutableBufferPointer<ReduceNode>.allocate(capacity: builder.nodes.count)
        _ = nodes.initialize(from: builder.nodes)
        self.nodes = UnsafeBufferPointer(nodes)
        zOrders = builder.zOrders
        bufferCount = builder.bufferCount
        columns = builder.columns
        checks = builder.checks
        isContradiction = builder.isContradiction
        groups = builder.groups
        groupKinds = builder.groupKinds
        reducers = builder.reducers
        literals = builder.literals
    }

    deinit {
        nodes.deallocate()
        for literal in literals { literal.deallocate() }
    }
}
