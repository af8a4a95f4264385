public import Foundation
import FoundationNetworking

/// How an append is made.
public struct AppendOptions: Sendable {
    /// Makes the append safe to repeat, see `StreamProducer`.
    public var producer: StreamProducer?
    /// A text that must be greater, byte by byte, than that of the append before (`Stream-Seq`).
    public var sequence: String?
    /// Closes the stream with this append, atomically.
    public var closes: Bool

    /// The options; the defaults ask for nothing but the append.
    public init(producer: StreamProducer? = nil, sequence: String? = nil, closes: Bool = false) {
        self.producer = producer
        self.sequence = sequence
        self.closes = closes
    }
}

/// What a server answered to an append or a close: it is durable as the server's mode promises.
public struct AppendReceipt: Hashable, Sendable {
    /// The tail after it.
    public let nextOffset: StreamOffset
    /// Whether the stream is closed.
    public let isClosed: Bool
    /// Whether this append had been accepted before, so that nothing was stored now.
    public let isDuplicate: Bool
    /// The highest accepted sequence of the producer, where there is one.
    public let highestSequence: UInt64?
}

extension StreamClient {
    /// Appends to a stream and returns when the server has made it durable.
    ///
    /// - Parameters:
    ///   - content: not empty; to a JSON stream one JSON value, or an array of messages.
    ///   - contentType: the media type of the stream.
    /// - Throws: `ClientError`; status 404 no such stream, 409 closed, other content type or a
    ///   sequence that does not follow, 403 fenced producer, 413 too large, 507 no space. After an
    ///   `interrupted` one of an append without producer the outcome is unknown.
    @discardableResult
    public func append(
        _ content: Data, to name: String, contentType: String,
        options: AppendOptions = AppendOptions()
    ) async throws(ClientError) -> AppendReceipt {
        var request = try request("POST", stream: name)
        request.setValue(contentType, forHTTPHeaderField: "Content-Type")
        request.httpBody = content
        Self.apply(options, to: &request)
        let head = try await send(request, isRepeatable: options.producer != nil).head
        return try Self.receipt(head, hasProducer: options.producer != nil && !content.isEmpty)
    }

    /// Closes a stream for ever; closing a closed one succeeds.
    ///
    /// - Throws: `ClientError`; status 404 no such stream.
    @discardableResult
    public func close(
        _ name: String, producer: StreamProducer? = nil
    ) async throws(ClientError) -> AppendReceipt {
        var request = try request("POST", stream: name)
        Self.apply(AppendOptions(producer: producer, closes: true), to: &request)
        let head = try await send(request, isRepeatable: true).head
        return try Self.receipt(head, hasProducer: false)
    }

    /// Sets the headers that the options ask for.
    private static func apply(_ options: AppendOptions, to request: inout URLRequest) {
        if let producer = options.producer {
            request.setValue(producer.id, forHTTPHeaderField: "Producer-Id")
            request.setValue(String(producer.epoch), forHTTPHeaderField: "Producer-Epoch")
            request.setValue(String(producer.sequence), forHTTPHeaderField: "Producer-Seq")
        }
        if let sequence = options.sequence {
            request.setValue(sequence, forHTTPHeaderField: "Stream-Seq")
        }
        if options.closes { request.setValue("true", forHTTPHeaderField: "Stream-Closed") }
    }

    /// Reads the answer; with a producer 204 says that the append was known already.
    private static func receipt(
        _ head: AnswerHead, hasProducer: Bool
    ) throws(ClientError) -> AppendReceipt {
        AppendReceipt(
            nextOffset: try head.requiredNextOffset(), isClosed: head.isClosed,
            isDuplicate: hasProducer && head.status == 204,
            highestSequence: head.number("Producer-Seq"))
    }
}
