public import VarveLog

/// Durable streams as a library: what a server of the Durable Streams Protocol needs from a store.
///
/// Synchronous and thread-safe. A method that returns has made its change durable, as the storage
/// was opened for, and what it reports, a refusal too, is durable likewise. Streams whose time is
/// over behave as if they did not exist. Every method throws `storage` when the store itself fails.
public protocol StreamStorage: AnyObject, Sendable {
    /// Creates a stream; one with the same configuration may be there. Throws `configMismatch`.
    @discardableResult
    func createStream(
        _ name: String, _ configuration: StreamConfiguration
    ) throws(StreamStorageError) -> CreatedStream.Status

    /// The same with first messages, and closed behind them when `shouldClose`, in one step; for a
    /// stream that is there both are ignored.
    @discardableResult
    func createStreamWithData(
        _ name: String, _ configuration: StreamConfiguration, messages: [[UInt8]],
        shouldClose: Bool
    ) throws(StreamStorageError) -> CreatedStream

    /// Appends one message. Throws `notFound`, `streamClosed`, `contentTypeMismatch`, quotas.
    @discardableResult
    func append(
        _ name: String, _ message: [UInt8], contentType: String
    ) throws(StreamStorageError) -> MessageReceipt

    /// Appends messages, all or none. `sequence`, if given, must be greater, byte by byte, than the
    /// last one: else `sequenceOrderingViolation`.
    @discardableResult
    func batchAppend(
        _ name: String, _ messages: [[UInt8]], contentType: String, sequence: String?
    ) throws(StreamStorageError) -> MessageReceipt

    /// The messages from a position on, up to `maxBytes` bytes but at least one if there is one.
    /// Throws `notFound`, `invalidOffset`, `gone` when they were trimmed away.
    func read(
        _ name: String, from start: ReadStart, maxBytes: Int
    ) throws(StreamStorageError) -> MessagePage

    /// Appends messages as an idempotent producer, all or none, with the producer's state in the
    /// same step. Throws also `epochFenced`, `sequenceGap`, `invalidProducerState`.
    @discardableResult
    func appendWithProducer(
        _ name: String, _ messages: [[UInt8]], contentType: String, producer: Producer,
        shouldClose: Bool, sequence: String?
    ) throws(StreamStorageError) -> ProducerReceipt

    /// Closes a stream for good; it may be closed already.
    func closeStream(_ name: String) throws(StreamStorageError)

    /// Deletes a stream; its name is free at once.
    func delete(_ name: String) throws(StreamStorageError)

    /// Hides the messages before `position` for good, from this stream's readers and not from those
    /// of its forks; a place where it begins already, or before that, changes nothing. Where it
    /// begins now. Throws `notFound`, `invalidOffset`.
    @discardableResult
    func trim(
        _ name: String, before position: StreamPosition
    ) throws(StreamStorageError) -> StreamPosition

    /// Trims from streams with limited retention what they no longer keep; how many were trimmed.
    /// To be called now and then: nothing is trimmed by itself.
    @discardableResult
    func applyRetention() -> Int

    /// A stream's description. Not a use of the stream.
    func head(_ name: String) throws(StreamStorageError) -> StreamMetadata

    /// Whether there is a stream of that name.
    func exists(_ name: String) -> Bool

    /// Calls `onChange`, on a thread of the storage's own, after data became durable, after the
    /// stream was closed, and after it was deleted; several changes may be one call. Nil when there
    /// is no such stream. Ends with the subscription's `cancel`, or when nobody keeps it.
    func subscribe(
        _ name: String, onChange: @escaping @Sendable () -> Void
    ) -> StreamSubscription?

    /// Deletes the streams whose time is over; how many there were.
    @discardableResult
    func cleanupExpiredStreams() -> Int

    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, by name.
    func listStreams(
        prefix: String, after: String?, limit: Int
    ) throws(StreamStorageError) -> [(name: String, metadata: StreamMetadata)]
}

extension StreamStorage {
    /// All messages from a position on.
    public func read(
        _ name: String, from start: ReadStart = .start
    ) throws(StreamStorageError) -> MessagePage {
        try read(name, from: start, maxBytes: .max)
    }

    /// Appends messages, all or none.
    @discardableResult
    public func batchAppend(
        _ name: String, _ messages: [[UInt8]], contentType: String
    ) throws(StreamStorageError) -> MessageReceipt {
        try batchAppend(name, messages, contentType: contentType, sequence: nil)
    }
}
