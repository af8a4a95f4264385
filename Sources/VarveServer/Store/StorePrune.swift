// Prune: keys that rules do not keep go, in one journalled step; the sequence stays.

import VarveConnect
import VarveHTTP
import VarveStore

/// The operation behind store.prune.v1 Prune.
enum StorePrune {
    /// Answers a request to delete keys by rule.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let question = try StoreQuestion(PruneRequest.self, request, context.call) {
            (asked) throws(ConnectError) in try policies(asked, context)
        }
        StoreWork.answer(context, responder, on: responder.core.chores) {
            (context) throws(ConnectError) in
            let policies = try question.asked()
            let report = try context.wrap { () throws(StoreError) in
                try context.store.prune(policies)
            }
            log(report, context)
            return try context.encode(PruneResponse())
        }
    }

    private static func policies(
        _ asked: PruneRequest, _ context: StoreWork.Context
    ) throws(ConnectError) -> [PrunePolicy] {
        guard !asked.policies.isEmpty else {
            throw invalid("there is no policy", "policies", context)
        }
        var policies: [PrunePolicy] = []
        for (index, policy) in asked.policies.enumerated() {
            guard let read = PrunePolicy(policy) else {
                throw invalid(
                    "encoding is none of PolicyOrderEncoding",
                    "policies[\(index)].keys.order_by.encoding", context)
            }
            policies.append(read)
        }
        return policies
    }

    /// Says what went, and what could not be judged.
    private static func log(_ report: PruneReport, _ context: StoreWork.Context) {
        let counts = report.counts
        context.core.logger.log(
            .info, "pruned",
            [
                "scanned": .number(Int64(clamping: counts.scanned)),
                "removed": .number(Int64(clamping: counts.removed)),
                "without-group": .number(Int64(clamping: counts.withoutGroup)),
                "without-order": .number(Int64(clamping: counts.withoutOrder)),
            ])
    }

    private static func invalid(
        _ detail: String, _ field: String, _ context: StoreWork.Context
    ) -> ConnectError {
        ConnectError(
            .invalidArgument, .invalidPolicy, detail, context.call.method, field: field)
    }
}

extension PrunePolicy {
    /// The policy of a message, whatever it lacks; nil when it names an order that is none.
    init?(_ policy: PruneRequest.Policy) {
        var keys: Keys?
        if policy.hasKeys {
            var order: Order?
            if let asked = policy.order {
                guard let encoding = Encoding(wire: asked.encoding) else { return nil }
                order = Order(captureGroup: asked.captureGroup, encoding: encoding)
            }
            keys = Keys(
                selector: policy.selector.map { StoreSelector($0) }, groupBy: policy.groupBy,
                orderBy: order)
        }
        self.init(keys: keys, retain: policy.retain.map { StoreRetention($0) })
    }
}

extension PrunePolicy.Encoding {
    /// The encoding of a number on the wire; nil when it is none.
    init?(wire number: Int32) {
        switch number {
        case PruneRequest.Encoding.bytes: self = .bytes
        case PruneRequest.Encoding.uint64: self = .uint64
        case PruneRequest.Encoding.int64: self = .int64
        default: return nil
        }
    }
}
