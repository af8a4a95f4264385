package import VarveLog

/// Why an operation on a stream is refused or failed. Closed: one switch maps it to answers.
package enum StreamError: Error, Equatable, Sendable {
    /// There is no stream of that name, or it expired.
    case notFound
    /// The place lies before where the stream begins since it was trimmed; the refusal carries
    /// that.
    case trimmed
    /// The stream was deleted, and forks of it live.
    case deleted
    /// A stream of that name was deleted, and forks of it live.
    case nameHeld
    /// The stream to be forked does not exist.
    case forkSourceNotFound
    /// The stream to be forked was deleted; only the forks that it has read it.
    case forkSourceDeleted
    /// `Stream-Fork-Sub-Offset` is beyond the record, or the messages, behind the fork's offset.
    case forkSubOffsetBeyondData
    /// There are as many forks of the stream, or as many below it, as there may be.
    case forkLimit(Int)
    /// A stream of that name exists with another configuration.
    case configMismatch
    /// The stream is closed; the refusal carries its final offset.
    case streamClosed
    /// The content type is not the stream's.
    case contentTypeMismatch
    /// There is a body and no content type.
    case missingContentType
    /// The content type is longer than `ContentType.bytesMax`.
    case contentTypeTooLong
    /// An append brings no bytes and does not close.
    case emptyBody
    /// The body of a JSON stream is not JSON.
    case invalidJSON(JSONMessages.Fault)
    /// The body of an append to a JSON stream is `[]`.
    case emptyArray
    /// More messages in one request than the limit.
    case tooManyMessages(limit: Int)
    /// The name cannot be a stream's.
    case invalidName(StreamName.Fault)
    /// `Stream-Expires-At` is in the past.
    case expiryInThePast
    /// `Stream-Seq` is not greater than the last one.
    case sequenceConflict
    /// `Stream-Seq` is longer than `AppendCommand.sequenceBytesMax`, or empty.
    case invalidSequence
    /// The producer's id is empty or longer than `ProducerTuple.idBytesMax`, or a number too large.
    case invalidProducer
    /// The producer's epoch is older than the current one.
    case producerFenced(currentEpoch: UInt64)
    /// A newer epoch does not begin at sequence 0.
    case producerEpochNotAtZero
    /// The producer's sequence leaves a gap.
    case producerGap(expected: UInt64, received: UInt64)
    /// The stream remembers as many producers as it may.
    case producerLimit(Int)
    /// `If-Match` names another offset than the tail; the refusal carries the tail.
    case preconditionFailed
    /// The stream would pass its quota.
    case streamQuota(limit: UInt64)
    /// All streams together would pass their quota.
    case totalQuota(limit: UInt64)
    /// An offset lies beyond the tail.
    case offsetBeyondTail
    /// An offset lies inside a record.
    case offsetNotABoundary
    /// The log or the disk failed; see the cause.
    case log(LogError)

    /// A short name that never changes, for programs.
    package var code: String {
        switch self {
        case .notFound: "not-found"
        case .trimmed: "trimmed"
        case .deleted: "deleted"
        case .nameHeld: "name-held-by-forks"
        case .forkSourceNotFound: "fork-source-not-found"
        case .forkSourceDeleted: "fork-source-deleted"
        case .forkSubOffsetBeyondData: "invalid-fork-sub-offset"
        case .forkLimit: "fork-limit"
        case .configMismatch: "config-mismatch"
        case .streamClosed: "stream-closed"
        case .contentTypeMismatch: "content-type-mismatch"
        case .missingContentType: "missing-content-type"
        case .contentTypeTooLong: "content-type-too-long"
        case .emptyBody: "empty-body"
        case .invalidJSON: "invalid-json"
        case .emptyArray: "empty-array"
        case .tooManyMessages: "too-many-messages"
        case .invalidName: "invalid-name"
        case .expiryInThePast: "expiry-in-the-past"
        case .sequenceConflict: "sequence-conflict"
        case .invalidSequence: "invalid-sequence"
        case .invalidProducer: "invalid-producer"
        case .producerFenced: "producer-fenced"
        case .producerEpochNotAtZero: "producer-epoch-not-at-zero"
        case .producerGap: "producer-gap"
        case .producerLimit: "producer-limit"
        case .preconditionFailed: "precondition-failed"
        case .streamQuota: "stream-quota"
        case .totalQuota: "total-quota"
        case .offsetBeyondTail: "offset-beyond-tail"
        case .offsetNotABoundary: "offset-not-a-boundary"
        case .log(let cause): cause.code
        }
    }
}
