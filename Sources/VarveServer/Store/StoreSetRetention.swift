// SetRetention: how much of the log of batches is kept.

import VarveConnect
import VarveHTTP
import VarveStore

/// The operation behind log.retention.v1 SetRetention.
enum StoreSetRetention {
    /// Answers a request to set or clear the rule.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let question = try StoreQuestion(SetRetentionRequest.self, request, context.call) {
            (asked) throws(ConnectError) in
            if asked.hasPolicy, asked.rule == nil {
                throw invalid("the policy has no kind", context)
            }
            if case .keepLatest(count: 0) = asked.rule {
                throw invalid("keep_latest keeps at least one batch", context)
            }
            return asked.rule.map { StoreRetention($0) }
        }
        StoreWork.answer(context, responder, on: responder.core.chores) {
            (context) throws(ConnectError) in
            let retention = try question.asked()
            let oldest = try context.wrap { () throws(StoreError) in
                try context.store.setRetention(retention)
            }
            return try context.encode(SetRetentionResponse(oldestRetained: oldest))
        }
    }

    private static func invalid(_ detail: String, _ context: StoreWork.Context) -> ConnectError {
        ConnectError(
            .invalidArgument, .invalidPolicy, detail, context.call.method, field: "policy")
    }
}

extension StoreRetention {
    /// The rule of a message.
    init(_ rule: RetentionRule) {
        self =
            switch rule {
            case .keepLatest(let count): .keepLatest(count: count)
            case .greaterThan(let threshold): .greaterThan(threshold: threshold)
            case .greaterThanOrEqual(let threshold): .greaterThanOrEqual(threshold: threshold)
            case .dropAll: .dropAll
            }
    }
}
