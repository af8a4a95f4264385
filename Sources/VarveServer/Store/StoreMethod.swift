// The store's methods: every path of the key-value face is on this screen.

import VarveBytes
import VarveConnect

/// One method of one of the store's services.
enum StoreMethod: CaseIterable {
    case put
    case delete
    case get
    case getMany
    case range
    case reduce
    case subscribe
    case batch
    case setRetention
    case prune

    /// The method that a path names; nil when it names none.
    static func find(_ path: UnsafeRawBufferPointer) -> StoreMethod? {
        allCases.first { path.equals($0.path) }
    }

    /// Whether a path lies below one of the services, whatever its last part names.
    static func isBelowService(_ path: UnsafeRawBufferPointer) -> Bool {
        allCases.contains { path.starts(with: "/\($0.domain).v1.Service/".utf8) }
    }

    /// The path.
    var path: StaticString {
        switch self {
        case .put: "/log.ingest.v1.Service/Put"
        case .delete: "/log.ingest.v1.Service/Delete"
        case .get: "/store.query.v1.Service/Get"
        case .getMany: "/store.query.v1.Service/GetMany"
        case .range: "/store.query.v1.Service/Range"
        case .reduce: "/store.query.v1.Service/Reduce"
        case .subscribe: "/log.stream.v1.Service/Subscribe"
        case .batch: "/log.stream.v1.Service/Get"
        case .setRetention: "/log.retention.v1.Service/SetRetention"
        case .prune: "/store.prune.v1.Service/Prune"
        }
    }

    /// Whether the answer is a stream of messages.
    var isStreaming: Bool {
        switch self {
        case .getMany, .range, .subscribe: true
        case .put, .delete, .get, .reduce, .batch, .setRetention, .prune: false
        }
    }

    /// Whether a request carries a batch, which may be larger than other bodies.
    var takesBatch: Bool { self == .put || self == .delete }

    /// Whether GET may be used: one message comes back and nothing changes.
    var allowsGet: Bool {
        switch self {
        case .get, .reduce, .batch: true
        case .put, .delete, .getMany, .range, .subscribe, .setRetention, .prune: false
        }
    }

    /// The methods of HTTP that the path has.
    var allowed: StaticString { allowsGet ? "GET, POST, OPTIONS" : "POST, OPTIONS" }

    /// What requests are counted as.
    var operation: Operation {
        switch self {
        case .put: .storePut
        case .delete: .storeDelete
        case .get: .storeGet
        case .getMany: .storeGetMany
        case .range: .storeRange
        case .reduce: .storeReduce
        case .subscribe: .storeSubscribe
        case .batch: .storeBatch
        case .setRetention: .storeRetention
        case .prune: .storePrune
        }
    }

    /// Whose reasons the errors have.
    var domain: String {
        switch self {
        case .put, .delete: "log.ingest"
        case .get, .getMany, .range, .reduce: "store.query"
        case .subscribe, .batch: "log.stream"
        case .setRetention: "log.retention"
        case .prune: "store.prune"
        }
    }
}
