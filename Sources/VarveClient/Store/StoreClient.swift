public import Foundation
import FoundationNetworking
import VarveConnect

/// A client of one server's key-value store.
///
/// A value that can be copied and used from any task; its copies share their connections. Every
/// operation throws `ClientError`; what the server refused has a `ClientError.refusal` with the
/// reason for programs. Calls that are safe to repeat are repeated by `ClientOptions.retry` when
/// the failure may pass; writes only when they were certainly not done.
public struct StoreClient: Sendable {
    /// The server's address, such as `http://127.0.0.1:4437`.
    public let url: URL
    /// What is done for every request.
    public let options: ClientOptions

    private let base: String
    private let transport: Transport

    /// Makes a client; nothing is sent yet.
    ///
    /// - Parameter url: the server's address, with or without a final slash. The store's services
    ///   are at the root of the server, not below the base path of its streams.
    public init(url: URL, options: ClientOptions = ClientOptions()) {
        self.url = url
        self.options = options
        var base = url.absoluteString
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        transport = Transport()
    }

    /// Calls a method with one answer, repeats the call as the options say.
    func call<Response: ReadableMessage>(
        _ method: StoreMethod, _ message: some WritableMessage, _ response: Response.Type
    ) async throws(ClientError) -> Response {
        let bytes = try encode(message, method)
        return try await call(method, bytes) { (body) throws(MessageFault) in
            try body.span.withUnsafeBytes { (body) throws(MessageFault) in
                try MessageFormat.proto.decode(response, body)
            }
        }
    }

    /// Calls a method with the bytes of a message; `read` makes the result of those of the answer.
    func call<Result>(
        _ method: StoreMethod, _ message: [UInt8],
        _ read: ([UInt8]) throws(MessageFault) -> Result
    ) async throws(ClientError) -> Result {
        let request = try request(method, message)
        var failures = 0
        while true {
            let failure: ClientError
            do throws(ClientError) {
                let answer = try await transport.exchange(
                    request, bytesMax: options.answerBytesMax)
                if answer.head.status == 200 {
                    return try Self.read(Array(answer.body), request.subject, read)
                }
                failure = StoreRefusal.error(from: answer)
            } catch {
                failure = error
            }
            failures += 1
            try await pause(after: failure, failures, method, options.retry)
        }
    }

    /// Opens a call whose answer is a stream of messages.
    ///
    /// - Parameter bufferBytesMax: the most bytes of messages that wait to be taken.
    func open(
        _ method: StoreMethod, _ message: some WritableMessage, bufferBytesMax: Int,
        silenceMax: Duration? = nil, headers: [String: String] = [:]
    ) throws(ClientError) -> LiveAnswer<MessageDecoder> {
        let bytes = try encode(message, method)
        var request = try request(method, Envelope(flags: 0, payload: bytes).bytes)
        if let silenceMax { request.timeoutInterval = silenceMax.seconds }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let messageBytesMax = options.answerBytesMax
        let answer = LiveAnswer(
            subject: request.subject, bufferBytesMax: bufferBytesMax
        ) { head in
            MessageDecoder(head: head, messageBytesMax: messageBytesMax)
        }
        answer.adopt(transport.start(request, receiver: answer))
        return answer
    }

    /// Waits before the next attempt, or throws the failure when there is none.
    func pause(
        after failure: ClientError, _ failures: Int, _ method: StoreMethod, _ retry: RetryPolicy
    ) async throws(ClientError) {
        let wasNotDone = failure.isUnsent || failure.refusal?.retryAfter != nil
        guard failure.isTransient, method.isRepeatable || wasNotDone,
            let wait = retry.wait(
                afterFailures: failures, fraction: Double.random(in: 0..<1))
        else { throw failure }
        try await StreamClient.sleep(
            max(wait, failure.refusal?.retryAfter ?? .zero), subject: failure.subject)
    }

    /// Reads a message; bytes that are none are an invalid answer.
    static func read<Result>(
        _ bytes: [UInt8], _ subject: String, _ read: ([UInt8]) throws(MessageFault) -> Result
    ) throws(ClientError) -> Result {
        do throws(MessageFault) {
            return try read(bytes)
        } catch {
            throw ClientError(
                .invalidAnswer, code: "invalid-message", detail: "\(error)", subject: subject)
        }
    }

    /// Reads a message of a type; bytes that are none are an invalid answer.
    static func decode<Message: ReadableMessage>(
        _ bytes: [UInt8], _ type: Message.Type, _ subject: String
    ) throws(ClientError) -> Message {
        try read(bytes, subject) { (bytes) throws(MessageFault) in
            try bytes.span.withUnsafeBytes { (bytes) throws(MessageFault) in
                try MessageFormat.proto.decode(type, bytes)
            }
        }
    }

    private func request(
        _ method: StoreMethod, _ body: [UInt8]
    ) throws(ClientError) -> URLRequest {
        let address = "\(base)/\(method.rawValue)"
        guard let url = URL(string: address) else {
            throw ClientError(
                .invalidArgument, code: "invalid-url", detail: "this is not a URL",
                subject: address)
        }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(body)
        request.timeoutInterval = options.silenceMax.seconds
        let type = ConnectContentType(.proto, isStreaming: method.isStreaming)
        request.setValue(type.name, forHTTPHeaderField: "Content-Type")
        request.setValue("1", forHTTPHeaderField: "Connect-Protocol-Version")
        for (name, value) in options.headers { request.setValue(value, forHTTPHeaderField: name) }
        return request
    }

    private func encode(
        _ message: some WritableMessage, _ method: StoreMethod
    ) throws(ClientError) -> [UInt8] {
        do throws(MessageFault) {
            return try MessageFormat.proto.encode(message)
        } catch {
            throw ClientError(
                .invalidArgument, code: "invalid-message", detail: "\(error)",
                subject: method.rawValue)
        }
    }
}
