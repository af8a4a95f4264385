public import VarveLog

/// Why the store refused or failed. Each message says what was expected, what was found, and where.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A batch without any entry, or a question without any key.
    case emptyBatch
    /// The key at this place of the call has more bytes than a key may have.
    case keyTooLong(index: Int, bytes: Int, limit: Int)
    /// The value at this place of the call has more bytes than a value may have.
    case valueTooLong(index: Int, bytes: Int, limit: Int)
    /// A batch has more bytes, encoded, than a batch may have.
    case batchTooLarge(bytes: Int, limit: Int)
    /// A batch has more entries than a batch may have.
    case tooManyEntries(count: Int, limit: Int)
    /// The store has not come as far as the caller requires; later it may have.
    case notReady(required: UInt64, current: UInt64)
    /// The batch was dropped from the batch log; `oldestRetained` is nil when that is empty.
    case evicted(sequence: UInt64, oldestRetained: UInt64?)
    /// No batch has that sequence yet.
    case notFound(sequence: UInt64, current: UInt64)
    /// A selector's or filter's pattern that cannot be used, and the path to it in the services'
    /// messages; nil for one that belongs to none.
    case invalidPattern(String, field: String? = nil)
    /// A policy of pruning or retention that cannot be used, and the path to what is wrong.
    case invalidPolicy(String, field: String = "policies")
    /// A reduction that cannot be computed as it was asked for.
    case invalidReduce(String)
    /// Something that this store cannot do, whatever the arguments.
    case unsupported(String)
    /// The log below refused or failed.
    case log(LogError)
    /// The index of the keys failed, or does not belong to the log.
    case index(String)

    /// A short name that never changes, for programs.
    public var code: String {
        switch self {
        case .emptyBatch: "empty-batch"
        case .keyTooLong: "key-too-long"
        case .valueTooLong: "value-too-long"
        case .batchTooLarge: "batch-too-large"
        case .tooManyEntries: "too-many-entries"
        case .notReady: "not-ready"
        case .evicted: "evicted"
        case .notFound: "not-found"
        case .invalidPattern: "invalid-pattern"
        case .invalidPolicy: "invalid-policy"
        case .invalidReduce: "invalid-reduce"
        case .unsupported: "unsupported"
        case .log(let error): error.code
        case .index: "index"
        }
    }

    /// One line that says what was expected, what was found, and where.
    public var description: String {
        switch self {
        case .emptyBatch:
            "at least one key is needed"
        case .keyTooLong(let index, let bytes, let limit):
            "key \(index) has \(bytes) bytes; a key has at most \(limit)"
        case .valueTooLong(let index, let bytes, let limit):
            "value \(index) has \(bytes) bytes; a value has at most \(limit)"
        case .batchTooLarge(let bytes, let limit):
            "the batch has \(bytes) bytes; a batch has at most \(limit)"
        case .tooManyEntries(let count, let limit):
            "the batch has \(count) entries; a batch has at most \(limit)"
        case .notReady(let required, let current):
            "sequence \(required) is required, and the store is at \(current)"
        case .evicted(let sequence, let oldest):
            "batch \(sequence) was dropped from the batch log; "
                + (oldest.map { "the oldest one kept is \($0)" } ?? "no batch is kept")
        case .notFound(let sequence, let current):
            sequence == 0
                ? "there is no batch 0: batches are counted from 1"
                : "there is no batch \(sequence) yet; the newest is \(current)"
        case .invalidPattern(let detail, _):
            "the pattern cannot be used: \(detail)"
        case .invalidPolicy(let detail, _):
            "the policy cannot be used: \(detail)"
        case .invalidReduce(let detail):
            "the reduction cannot be computed: \(detail)"
        case .unsupported(let detail):
            detail
        case .log(let error):
            error.description
        case .index(let detail):
            "the index of the keys: \(detail)"
        }
    }
}
