// The one place where errors of the layers below become answers. Nothing of a cause reaches a
// client: it is logged where it happens.

import VarveHTTP
import VarveLog
import VarveStreams

extension Refusal {
    /// The answer to a refusal of the stream engine.
    init(_ refusal: StreamRefusal) {
        self.init(Problem(refusal.error), visibleAt: refusal.visibleAt)
        nextOffset = refusal.nextOffset
        earliestOffset = refusal.earliestOffset
        switch refusal.error {
        case .streamClosed: isClosed = true
        case .producerFenced(let epoch): producerEpoch = epoch
        case .producerGap(let expected, let received): sequenceGap = (expected, received)
        case .log(.overloaded):
            retryAfterSeconds = 1
            isTransient = true
        case .log(let error) where problem.status == .internalServerError: cause = error
        default: break
        }
    }
}

extension Problem {
    /// The problem that an error of the stream engine is to a client.
    init(_ error: StreamError) {
        switch error {
        case .notFound: self = .notFound
        case .trimmed: self = .trimmed
        case .deleted: self = .deleted
        case .nameHeld: self = .nameHeld
        case .forkSourceNotFound: self = .forkSourceNotFound
        case .forkSourceDeleted: self = .forkSourceDeleted
        case .forkSubOffsetBeyondData: self = .invalidForkSubOffset
        case .forkLimit: self = .forkLimit
        case .configMismatch: self = .configMismatch
        case .streamClosed: self = .streamClosed
        case .contentTypeMismatch: self = .contentTypeMismatch
        case .missingContentType: self = .missingContentType
        case .contentTypeTooLong: self = .contentTypeTooLong
        case .emptyBody: self = .emptyBody
        case .invalidJSON: self = .invalidJSON
        case .emptyArray: self = .emptyArray
        case .tooManyMessages: self = .tooManyMessages
        case .invalidName: self = .invalidName
        case .expiryInThePast: self = .expiryInThePast
        case .sequenceConflict: self = .sequenceConflict
        case .invalidSequence: self = .invalidSequence
        case .invalidProducer: self = .invalidProducer
        case .producerFenced: self = .producerFenced
        case .producerEpochNotAtZero: self = .producerEpochNotAtZero
        case .producerGap: self = .producerGap
        case .producerLimit: self = .producerLimit
        case .preconditionFailed: self = .preconditionFailed
        case .streamQuota: self = .streamQuota
        case .totalQuota: self = .totalQuota
        case .offsetBeyondTail, .offsetNotABoundary: self = .invalidOffset
        case .log(let cause): self = Problem(cause)
        }
    }

    /// The problem that an error of the log is to a client.
    init(_ error: LogError) {
        switch error {
        case .poisoned: self = .outcomeUnknown
        case .catalogFailed: self = .catalogFailed
        case .outOfSpace: self = .outOfSpace
        case .overloaded: self = .overloaded
        case .limitExceeded: self = .contentTooLarge
        case .unknownStream: self = .notFound
        case .trimmed: self = .trimmed
        case .offTheEnd, .notABoundary: self = .invalidOffset
        case .beforeChain: self = .offsetBeforeFork
        case .streamClosed: self = .streamClosed
        case .closed: self = .shuttingDown
        case .corruption, .chainBroken, .io, .missingFile: self = .unreadable
        case .wrongOffset, .wrongHash: self = .preconditionFailed
        case .foreignFile, .foreignStream, .newerFormat, .olderFormat, .locked, .alreadyExists,
            .emptyBatch, .wouldBlock:
            self = .internalError
        }
    }
}
