import VarveLog

/// What a `StreamStorage` refuses or fails with.
public enum StreamStorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such stream, or its time is over.
    case notFound
    /// A stream of that name has another configuration.
    case configMismatch
    /// The content type is not the stream's.
    case contentTypeMismatch
    /// The stream is closed.
    case streamClosed
    /// The sequence is not greater than the last one.
    case sequenceOrderingViolation
    /// All streams together would hold more bytes than allowed.
    case memoryLimitExceeded
    /// The stream would hold more bytes than allowed.
    case streamLimitExceeded
    /// The position is beyond the end or inside a message.
    case invalidOffset
    /// The producer's epoch is older than the current one.
    case epochFenced(current: UInt64)
    /// The producer left out sequence numbers.
    case sequenceGap(expected: UInt64, received: UInt64)
    /// A producer's new epoch does not begin at 0, its id or numbers are out of bounds, or there
    /// are too many producers.
    case invalidProducerState
    /// What is asked for existed and is gone for good.
    case gone
    /// Anything else, with its stable code and one line that says what is wrong.
    case storage(code: String, detail: String)

    /// One line.
    public var description: String {
        switch self {
        case .notFound: "there is no such stream"
        case .configMismatch: "the stream exists with another configuration"
        case .contentTypeMismatch: "the content type is not the stream's"
        case .streamClosed: "the stream is closed"
        case .sequenceOrderingViolation: "the sequence is not greater than the last one"
        case .memoryLimitExceeded: "all streams together would pass their limit of bytes"
        case .streamLimitExceeded: "the stream would pass its limit of bytes"
        case .invalidOffset: "the position is not the beginning of a message of the stream"
        case .epochFenced(let current):
            "the producer's epoch is over; the current one is \(current)"
        case .sequenceGap(let expected, let received):
            "the producer's next sequence is \(expected), not \(received)"
        case .invalidProducerState: "the producer's id, epoch or sequence cannot be"
        case .gone: "what is asked for is gone for good"
        case .storage(let code, let detail): "\(code): \(detail)"
        }
    }

    /// The public form of an engine's error.
    init(_ error: StreamError) {
        switch error {
        case .notFound, .forkSourceNotFound: self = .notFound
        case .trimmed, .deleted, .forkSourceDeleted: self = .gone
        case .configMismatch, .nameHeld: self = .configMismatch
        case .streamClosed: self = .streamClosed
        case .contentTypeMismatch, .missingContentType: self = .contentTypeMismatch
        case .sequenceConflict: self = .sequenceOrderingViolation
        case .totalQuota: self = .memoryLimitExceeded
        case .streamQuota: self = .streamLimitExceeded
        case .offsetBeyondTail, .offsetNotABoundary, .forkSubOffsetBeyondData:
            self = .invalidOffset
        case .forkLimit(let limit):
            self = .storage(code: error.code, detail: "at most \(limit) forks")
        case .producerFenced(let current): self = .epochFenced(current: current)
        case .producerGap(let expected, let received):
            self = .sequenceGap(expected: expected, received: received)
        case .producerEpochNotAtZero, .invalidProducer, .producerLimit:
            self = .invalidProducerState
        case .log(let cause): self = .storage(code: error.code, detail: cause.description)
        case .invalidJSON(let fault): self = .storage(code: error.code, detail: fault.description)
        case .invalidName(let fault): self = .storage(code: error.code, detail: fault.rawValue)
        case .tooManyMessages(let limit):
            self = .storage(code: error.code, detail: "at most \(limit) messages at a time")
        case .emptyBody, .emptyArray:
            self = .storage(code: error.code, detail: "there is nothing to append")
        case .contentTypeTooLong, .invalidSequence, .expiryInThePast, .preconditionFailed:
            self = .storage(code: error.code, detail: "the request cannot be carried out")
        }
    }
}
