// Subscribe: the batches of the log as they come, or from a number on.

import VarveConnect
import VarveHTTP
import VarveStore

/// The operation behind log.stream.v1 Subscribe.
enum StoreSubscribe {
    /// Answers a request to follow the log.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let call = context.call
        let question = try StoreQuestion(SubscribeRequest.self, request, call) {
            (asked) throws(ConnectError) in try choice(asked, call)
        }
        PoolWork.begin(on: responder.core.storePool, responder) {
            () -> Result<StoreSubscription, ConnectError> in
            do throws(ConnectError) {
                try context.checkDeadline()
                let (selectors, filters, since) = try question.asked()
                return .success(
                    try context.wrap { () throws(StoreError) in
                        try context.store.subscribe(
                            selectors: selectors, filters: filters, since: since)
                    })
            } catch {
                return .failure(error)
            }
        } answer: { outcome in
            switch outcome {
            case .success(let subscription):
                SubscriptionStream.begin(subscription, context, responder)
            case .failure(let error): responder.fail(call, error)
            }
        }
    }

    /// What is wanted, from which batch on; nil for the next one.
    private static func choice(
        _ asked: SubscribeRequest, _ call: StoreCall
    ) throws(ConnectError) -> (selectors: [StoreSelector], filters: [StoreFilter], since: UInt64?) {
        guard (1...StoreLimits.selectorsMax).contains(asked.selectors.count) else {
            throw invalid("there are 1 to \(StoreLimits.selectorsMax) selectors", "selectors", call)
        }
        guard asked.filters.count <= StoreLimits.filtersMax else {
            throw invalid(
                "there are at most \(StoreLimits.filtersMax) filters", "value_filters", call)
        }
        var filters: [StoreFilter] = []
        for (index, filter) in asked.filters.enumerated() {
            guard let filter = StoreFilter(filter) else {
                throw invalid("a filter has no kind", "value_filters[\(index)]", call)
            }
            filters.append(filter)
        }
        // 0 is what a client that leaves the field out may send.
        return (
            asked.selectors.map { StoreSelector($0) }, filters,
            asked.since == 0 ? nil : asked.since
        )
    }

    private static func invalid(
        _ detail: String, _ field: String, _ call: StoreCall
    ) -> ConnectError {
        ConnectError(.invalidArgument, .invalidFilter, detail, call.method, field: field)
    }
}

extension StoreSelector {
    /// The selector of a message.
    init(_ selector: KeySelector) {
        self.init(
            prefix: selector.prefix, pattern: selector.pattern.isEmpty ? nil : selector.pattern)
    }
}

extension StoreFilter {
    /// The filter of a message; nil when it names none.
    init?(_ filter: ValueFilter) {
        switch filter {
        case .exact(let bytes): self = .exact(bytes)
        case .prefix(let bytes): self = .prefix(bytes)
        case .pattern(let source): self = .regex(source)
        case .none: return nil
        }
    }
}
