// The one place where errors of the store become errors of the Connect protocol. Nothing of a cause
// reaches a client: it is logged where it happens.

import VarveConnect
import VarveLog
import VarveStore

/// The reasons that errors of the store's services give to programs.
enum StoreReason: String {
    case invalidBatch = "INVALID_BATCH"
    case invalidKeyLength = "INVALID_KEY_LENGTH"
    case invalidValueLength = "INVALID_VALUE_LENGTH"
    case invalidBatchSize = "INVALID_BATCH_SIZE"
    case invalidTraversalMode = "INVALID_TRAVERSAL_MODE"
    case invalidReduceParameters = "INVALID_REDUCE_PARAMS"
    case invalidPattern = "INVALID_PATTERN"
    case invalidFilter = "INVALID_FILTER"
    case invalidPolicy = "INVALID_POLICY"
    case putTooLarge = "PUT_TOO_LARGE"
    case notReady = "CONSISTENCY_NOT_READY"
    case batchEvicted = "BATCH_EVICTED"
    case batchNotFound = "BATCH_NOT_FOUND"
    case unsupported = "UNSUPPORTED"
    case overloaded = "OVERLOADED"
    case outOfSpace = "OUT_OF_SPACE"
    case outcomeUnknown = "OUTCOME_UNKNOWN"
    case shuttingDown = "SHUTTING_DOWN"
    case unreadable = "UNREADABLE"
    case tooSlow = "TOO_SLOW"
}

extension ConnectError {
    /// When to try again what could not be done just now.
    private static let retrySeconds: Int64 = 1

    /// A failure with a reason for programs.
    ///
    /// - Parameters:
    ///   - field: the path to the field of the request that is wrong.
    ///   - mayRetry: whether the same call may succeed in a moment.
    init(
        _ code: ConnectCode, _ reason: StoreReason, _ message: String, _ method: StoreMethod,
        metadata: [String: String] = [:], field: String? = nil, mayRetry: Bool = false
    ) {
        self.init(code, message)
        let info = ErrorInfo(
            reason: reason.rawValue, domain: method.domain, metadata: metadata)
        add(info)
        if let field { add(BadRequest([.init(field: field, description: message)])) }
        if mayRetry { add(RetryInfo(delaySeconds: Self.retrySeconds)) }
    }

    /// Adds a detail.
    mutating func add(_ message: some WritableMessage) {
        if let detail = try? ErrorDetail(message) { details.append(detail) }
    }

    /// The failure of a call whose time is over.
    static var deadlineExceeded: ConnectError {
        ConnectError(.deadlineExceeded, "the call's time is over")
    }

    /// What an error of the store is to the caller of `method`.
    init(_ error: StoreError, _ method: StoreMethod) {
        let text = "\(error)"
        switch error {
        case .emptyBatch:
            self.init(
                .invalidArgument, .invalidBatch, text, method,
                field: method == .delete ? "keys" : "kvs")
        case .keyTooLong(let index, _, _):
            self.init(
                .invalidArgument, .invalidKeyLength, text, method,
                field: method == .delete ? "keys[\(index)]" : "kvs[\(index)].key")
        case .valueTooLong(let index, _, _):
            self.init(
                .invalidArgument, .invalidValueLength, text, method, field: "kvs[\(index)].value")
        case .batchTooLarge, .tooManyEntries:
            self.init(.resourceExhausted, .putTooLarge, text, method)
        case .notReady(let required, let current):
            self.init(
                .aborted, .notReady, text, method,
                metadata: [
                    "required_sequence_number": "\(required)",
                    "current_sequence_number": "\(current)",
                ], mayRetry: true)
            add(QueryDetail(sequence: current))
        case .evicted(_, let oldest):
            self.init(
                .outOfRange, .batchEvicted, text, method,
                metadata: oldest.map { ["oldest_retained": "\($0)"] } ?? [:])
        case .notFound: self.init(.notFound, .batchNotFound, text, method)
        case .invalidPattern(_, let field):
            self.init(.invalidArgument, .invalidPattern, text, method, field: field)
        case .invalidPolicy(_, let field):
            self.init(.invalidArgument, .invalidPolicy, text, method, field: field)
        case .invalidReduce:
            self.init(.invalidArgument, .invalidReduceParameters, text, method, field: "params")
        case .unsupported: self.init(.failedPrecondition, .unsupported, text, method)
        case .log(let error): self.init(error, method)
        case .index:
            self.init(
                .internal, .unreadable, "the index could not be read; see the server's log", method)
        }
    }

    /// What an error of the log is to the caller of `method`.
    private init(_ error: LogError, _ method: StoreMethod) {
        switch Problem(error).code.description {
        case Problem.overloaded.code.description:
            self.init(
                .unavailable, .overloaded, "the server is busy; nothing was done", method,
                mayRetry: true)
        case Problem.outOfSpace.code.description:
            self.init(
                .resourceExhausted, .outOfSpace, "there is no space left; nothing was written",
                method)
        case Problem.outcomeUnknown.code.description:
            self.init(
                .unavailable, .outcomeUnknown,
                "the log failed; whether the call took effect is known after a restart", method)
        case Problem.shuttingDown.code.description: self = .shuttingDown(method)
        case Problem.contentTooLarge.code.description:
            self.init(.resourceExhausted, .putTooLarge, "the batch is over the limit", method)
        case Problem.unreadable.code.description:
            self.init(
                .dataLoss, .unreadable, "the data could not be read; see the server's log", method)
        default: self.init(.internal, "the server failed; see its log")
        }
    }

    /// The failure of what the server does not do any more because it stops.
    static func shuttingDown(_ method: StoreMethod) -> ConnectError {
        ConnectError(
            .unavailable, .shuttingDown, "the server is stopping", method, mayRetry: true)
    }
}

extension StoreError {
    /// What an operator should know and a client should not; nil when there is nothing.
    var operatorsCause: String? {
        switch self {
        case .index: "\(self)"
        case .log(let error):
            switch error {
            case .corruption, .chainBroken, .io, .missingFile, .poisoned: "\(error)"
            default: nil
            }
        default: nil
        }
    }
}
