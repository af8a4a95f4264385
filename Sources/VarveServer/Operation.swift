/// What a request asks for, as metrics and log lines name it.
enum Operation: Int, CaseIterable {
    case create
    case append
    case read
    case longPoll
    case eventStream
    case delete
    case head
    case list
    case settle
    case trim
    case redact
    case compact
    case backup
    case stats
    case keys
    case signedHead
    case verify
    case preflight
    case health
    case ready
    case metrics
    case storePut
    case storeDelete
    case storeGet
    case storeGetMany
    case storeRange
    case storeReduce
    case storeSubscribe
    case storeBatch
    case storeRetention
    case storePrune
    /// No operation: an unknown path or method.
    case none

    /// The name in metrics and log lines.
    var name: String {
        switch self {
        case .create: "create"
        case .append: "append"
        case .read: "read"
        case .longPoll: "long_poll"
        case .eventStream: "event_stream"
        case .delete: "delete"
        case .head: "head"
        case .list: "list"
        case .settle: "settle"
        case .trim: "trim"
        case .redact: "redact"
        case .compact: "compact"
        case .backup: "backup"
        case .stats: "stats"
        case .keys: "keys"
        case .signedHead: "signed_head"
        case .verify: "verify"
        case .preflight: "preflight"
        case .health: "health"
        case .ready: "ready"
        case .metrics: "metrics"
        case .storePut: "store_put"
        case .storeDelete: "store_delete"
        case .storeGet: "store_get"
        case .storeGetMany: "store_get_many"
        case .storeRange: "store_range"
        case .storeReduce: "store_reduce"
        case .storeSubscribe: "store_subscribe"
        case .storeBatch: "store_batch"
        case .storeRetention: "store_retention"
        case .storePrune: "store_prune"
        case .none: "none"
        }
    }
}
