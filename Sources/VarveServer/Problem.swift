// Every refusal the server can answer with: its status, its stable code, its sentence. The codes
// are part of the protocol (docs/protocol.md) and never change their meaning.

import VarveHTTP

/// A refusal as a client sees it.
struct Problem: Sendable {
    /// The status of the response.
    let status: HTTPStatus
    /// The stable code, for programs.
    let code: StaticString
    /// One sentence, for people; it never repeats anything the client sent.
    let detail: StaticString

    // MARK: The request

    static let invalidName = Problem(
        .badRequest, "invalid-name",
        "A stream name is 1 to 16 segments of UTF-8, at most 1024 bytes, without control bytes.")
    static let contentTypeTooLong = Problem(
        .badRequest, "content-type-too-long", "Content-Type is longer than 255 bytes.")
    static let missingContentType = Problem(
        .badRequest, "missing-content-type", "An append needs a Content-Type.")
    static let emptyBody = Problem(
        .badRequest, "empty-body", "An append needs a body, unless it closes the stream.")
    static let invalidJSON = Problem(.badRequest, "invalid-json", "The body is not valid JSON.")
    static let emptyArray = Problem(
        .badRequest, "empty-array", "An append of an empty JSON array appends nothing.")
    static let invalidOffset = Problem(
        .badRequest, "invalid-offset",
        "The offset is neither -1, now, nor a position this server gave for this stream.")
    static let offsetBeforeFork = Problem(
        .badRequest, "offset-before-fork",
        "The offset lies in the fork's source: the source's chain has the head there.")
    static let offsetRequired = Problem(
        .badRequest, "offset-required", "Live reads need an offset.")
    static let invalidLiveMode = Problem(
        .badRequest, "invalid-live-mode", "The live modes are long-poll and sse.")
    static let invalidQuery = Problem(
        .badRequest, "invalid-query", "A query parameter has a value that is not allowed.")
    static let invalidTTL = Problem(
        .badRequest, "invalid-ttl", "Stream-TTL is a number of seconds in digits.")
    static let invalidExpiry = Problem(
        .badRequest, "invalid-expiry", "Stream-Expires-At is an RFC 3339 time.")
    static let expiryInThePast = Problem(
        .badRequest, "expiry-in-the-past", "Stream-Expires-At is in the past.")
    static let conflictingExpiry = Problem(
        .badRequest, "conflicting-expiry", "Stream-TTL and Stream-Expires-At exclude each other.")
    static let tooManyMessages = Problem(
        .badRequest, "too-many-messages", "The array has more messages than one request may bring.")
    static let invalidProducer = Problem(
        .badRequest, "invalid-producer",
        "Producer-Id, Producer-Epoch and Producer-Seq come together; the numbers are 0 to 2^53-1.")
    static let invalidSequence = Problem(
        .badRequest, "invalid-sequence", "Stream-Seq is over its limit or repeated.")
    static let invalidPrecondition = Problem(
        .badRequest, "invalid-precondition", "If-Match is one offset of this stream.")
    static let unsupportedMediaType = Problem(
        .unsupportedMediaType, "unsupported-media-type",
        "The store takes application/proto and application/json, for streams with connect+.")
    static let methodNotAllowed = Problem(
        .methodNotAllowed, "method-not-allowed", "This path does not have this method.")
    static let notImplemented = Problem(
        .notImplemented, "not-implemented", "The server does not know this method.")
    static let forkWithoutSource = Problem(
        .badRequest, "invalid-fork",
        "Stream-Forked-From is the path of one stream; the other fork headers need it.")
    static let forkSubOffsetAlone = Problem(
        .badRequest, "invalid-fork", "Stream-Fork-Sub-Offset needs Stream-Fork-Offset.")
    static let invalidForkSubOffset = Problem(
        .badRequest, "invalid-fork-sub-offset",
        "Stream-Fork-Sub-Offset is a number in digits, within the data behind the fork's offset.")
    static let invalidRetention = Problem(
        .badRequest, "invalid-retention",
        "Stream-Retain-Bytes and Stream-Retain-Seconds are numbers in digits.")

    static let invalidCompression = Problem(
        .badRequest, "invalid-compression", "Stream-Compression is none, lz4 or zstd.")
    static let invalidRedaction = Problem(
        .badRequest, "invalid-redaction",
        "The body is a JSON object: offset, reason of up to 1024 bytes, records up to 10000.")

    // MARK: The stream

    static let notFound = Problem(.notFound, "not-found", "There is nothing here.")
    static let trimmed = Problem(
        .gone, "trimmed", "The stream was trimmed and begins behind this offset.")
    static let deleted = Problem(
        .gone, "deleted", "The stream was deleted; only its forks read it.")
    static let nameHeld = Problem(
        .conflict, "name-held-by-forks",
        "A deleted stream keeps this name until the last of its forks goes.")
    static let forkSourceNotFound = Problem(
        .notFound, "fork-source-not-found", "The stream to be forked is not there.")
    static let forkSourceDeleted = Problem(
        .conflict, "fork-source-deleted", "The stream to be forked was deleted.")
    static let configMismatch = Problem(
        .conflict, "config-mismatch", "The stream exists with another configuration.")
    static let contentTypeMismatch = Problem(
        .conflict, "content-type-mismatch", "The stream has another content type.")
    static let streamClosed = Problem(.conflict, "stream-closed", "The stream is closed.")
    static let sequenceConflict = Problem(
        .conflict, "sequence-conflict", "Stream-Seq is not greater than the last one.")
    static let producerGap = Problem(
        .conflict, "producer-gap", "Producer-Seq is not the next one of this producer.")
    static let producerFenced = Problem(
        .forbidden, "producer-fenced", "A newer epoch of this producer has written.")
    static let producerEpochNotAtZero = Problem(
        .badRequest, "producer-epoch-not-at-zero", "A new epoch begins with Producer-Seq 0.")
    static let preconditionFailed = Problem(
        .preconditionFailed, "precondition-failed", "The tail is not where If-Match expects it.")

    // MARK: The server

    static let backupNotConfigured = Problem(
        .forbidden, "backup-not-configured", "The server was started without --backup-dir.")
    static let invalidBackupName = Problem(
        .badRequest, "invalid-backup-name",
        "The body is {\"directory\": NAME}; a name has letters, digits, dashes and dots.")
    static let backupExists = Problem(
        .conflict, "backup-exists", "There is a backup of this name.")

    static let contentTooLarge = Problem(
        .contentTooLarge, "content-too-large", "The body is over the limit.")
    static let producerLimit = Problem(
        .insufficientStorage, "producer-limit", "The stream has as many producers as it may.")
    static let forkLimit = Problem(
        .insufficientStorage, "fork-limit", "There are as many forks as there may be.")
    static let streamQuota = Problem(
        .insufficientStorage, "stream-quota", "The stream has as many bytes as it may.")
    static let totalQuota = Problem(
        .insufficientStorage, "total-quota", "The streams have as many bytes as they may.")
    static let outOfSpace = Problem(
        .insufficientStorage, "out-of-space", "There is no space left; nothing was written.")
    static let overloaded = Problem(
        .serviceUnavailable, "overloaded", "The server is busy; nothing was done; try again.")
    static let outcomeUnknown = Problem(
        .serviceUnavailable, "outcome-unknown",
        "The log failed; whether the request took effect is known after a restart.")
    static let catalogFailed = Problem(
        .serviceUnavailable, "catalog-failed",
        "The catalog could not take a change; nothing is lost, but the server must be restarted.")
    static let storeFailed = Problem(
        .serviceUnavailable, "store-failed",
        "The store cannot be read now; see the server's log. It is tried again.")
    static let shuttingDown = Problem(
        .serviceUnavailable, "shutting-down", "The server is stopping; nothing was done.")
    static let unreadable = Problem(
        .internalServerError, "unreadable", "The data could not be read; see the server's log.")
    static let internalError = Problem(
        .internalServerError, "internal-error", "The server failed; see its log.")

    init(_ status: HTTPStatus, _ code: StaticString, _ detail: StaticString) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// Appends the problem document (RFC 9457).
    func write(to buffer: OutputBuffer) {
        ProblemJSON.append(status: status, code: code, detail: detail, to: buffer)
    }
}
