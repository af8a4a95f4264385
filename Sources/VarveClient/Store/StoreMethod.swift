/// The methods of the store's services that the client calls.
enum StoreMethod: String {
    case put = "log.ingest.v1.Service/Put"
    case delete = "log.ingest.v1.Service/Delete"
    case get = "store.query.v1.Service/Get"
    case getMany = "store.query.v1.Service/GetMany"
    case range = "store.query.v1.Service/Range"
    case reduce = "store.query.v1.Service/Reduce"
    case subscribe = "log.stream.v1.Service/Subscribe"
    case batch = "log.stream.v1.Service/Get"
    case setRetention = "log.retention.v1.Service/SetRetention"
    case prune = "store.prune.v1.Service/Prune"

    /// Whether the answer is a stream of messages.
    var isStreaming: Bool {
        switch self {
        case .getMany, .range, .subscribe: true
        case .put, .delete, .get, .reduce, .batch, .setRetention, .prune: false
        }
    }

    /// Whether calling it twice does no more than calling it once: a batch takes a number of its
    /// own each time it is written.
    var isRepeatable: Bool {
        switch self {
        case .put, .delete: false
        case .get, .getMany, .range, .reduce, .subscribe, .batch, .setRetention, .prune: true
        }
    }
}
