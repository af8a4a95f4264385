// A reduction as it stands on the wire, taken apart into what the store computes with.

import VarveConnect
import VarveStore

/// store.query.v1.ReduceRequest.
struct ReduceMessage: ReadableMessage {
    static var messageType: MessageType { .reduceRequest }

    /// The range and what is computed over it, or what is wrong with that.
    let request: Result<ReduceRequest, ReduceFault>
    /// The first key of the range.
    let start: [UInt8]
    /// The last key of the range; empty for no bound.
    let end: [UInt8]
    /// What the answer must have seen at least.
    let minSequence: UInt64?

    init(_ view: MessageView) {
        start = Array(view.bytes(1))
        end = Array(view.bytes(2))
        minSequence = view.number(4, as: UInt64.self)
        do throws(ReduceFault) {
            guard let parameters = view.message(3) else { throw ReduceFault("params is missing") }
            request = .success(
                ReduceRequest(
                    from: start, through: end, parameters: try Self.parameters(parameters)))
        } catch {
            request = .failure(error)
        }
    }

    private static func parameters(_ view: MessageView) throws(ReduceFault) -> ReduceParameters {
        var parameters = ReduceParameters()
        for reducer in view.messages(1) {
            let expression = try reducer.message(2).map { (view) throws(ReduceFault) in
                try ExpressionMessage.expression(view)
            }
            parameters.reducers.append(.init(try operation(reducer), expression))
        }
        for view in view.messages(2) {
            parameters.groupBy.append(try ExpressionMessage.expression(view))
        }
        if let filter = view.message(3) {
            parameters.filter = try PredicateMessage.predicate(filter)
        }
        return parameters
    }

    private static func operation(
        _ view: MessageView
    ) throws(ReduceFault) -> ReduceParameters.Operation {
        switch view.number(1, as: Int32.self) ?? 0 {
        case 0: .countAll
        case 1: .countField
        case 2: .sum
        case 3: .min
        case 4: .max
        default: throw ReduceFault("a reducer's op is none of RangeReduceOp")
        }
    }
}
