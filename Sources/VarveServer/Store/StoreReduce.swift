// Reduce: a computation over a range, done where the rows are.

import VarveConnect
import VarveHTTP
import VarveIndex
import VarveStore

/// The operation behind store.query.v1 Reduce.
enum StoreReduce {
    /// Answers a request to reduce a range.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let call = context.call
        let question = try StoreQuestion(ReduceMessage.self, request, call) {
            (asked) throws(ConnectError) in
            try StoreChecks.key(asked.start, field: "start", call)
            try StoreChecks.key(asked.end, field: "end", call)
            switch asked.request {
            case .success(let found): return (reduction: found, required: asked.minSequence)
            case .failure(let fault):
                throw ConnectError(
                    .invalidArgument, .invalidReduceParameters, fault.detail, call.method,
                    field: "params")
            }
        }
        let run = ReductionRun()
        StoreWork.answer(context, responder, on: responder.core.storePool) {
            (context) throws(ConnectError) in
            let result = try run.turn(context) { () throws(ConnectError) in
                let (reduction, required) = try question.asked()
                // Parameters that make no sense are told before a state that is behind.
                let checked = try context.wrap { () throws(StoreError) in
                    try Reduction(reduction.parameters)
                }
                let snapshot = try context.snapshot(atLeast: required)
                let cursor = ScanCursor(
                    snapshot, from: reduction.from, through: reduction.through, order: .ascending)
                return (checked, cursor, snapshot.sequence)
            }
            guard let result else { return nil }
            return try encode(result.values, result.sequence, context)
        }
    }

    private static func encode(
        _ result: ReduceResult, _ sequence: UInt64, _ context: StoreWork.Context
    ) throws(ConnectError) -> [UInt8] {
        do throws(MessageFault) {
            return try context.call.format.write(.reduceResponse) {
                (builder) throws(MessageFault) in
                try write(result.results, 1, to: builder)
                try builder.messages(2, count: result.groups.count) {
                    (index, group) throws(MessageFault) in
                    try write(result.groups[index], to: group)
                }
                QueryDetail(sequence: sequence).write(to: try builder.message(3))
            }
        } catch {
            throw ConnectError(error)
        }
    }

    private static func write(
        _ group: ReduceResult.Group, to builder: MessageBuilder
    ) throws(MessageFault) {
        // A null is an empty value here, and false there.
        try builder.messages(1, count: group.values.count) {
            (index, value) throws(MessageFault) in
            if let found = group.values[index] { try ValueMessage.write(found, to: value) }
        }
        try builder.setAll(2, group.values.map { $0 != nil })
        try write(group.results, 3, to: builder)
    }

    private static func write(
        _ results: [ReduceValue?], _ number: UInt32, to builder: MessageBuilder
    ) throws(MessageFault) {
        try builder.messages(number, count: results.count) {
            (index, result) throws(MessageFault) in
            if let found = results[index] {
                try ValueMessage.write(found, to: try result.message(1))
            }
        }
    }
}
