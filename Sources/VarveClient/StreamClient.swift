public import Foundation
import FoundationNetworking

/// A client of one server of durable streams.
///
/// A value that can be copied and used from any task; its copies share their connections. Every
/// operation throws `ClientError`. Operations that are safe to repeat (reads, creations, closes,
/// appends with a producer) are repeated by `ClientOptions.retry` when the failure may pass.
public struct StreamClient: Sendable {
    /// The server's address with its base path, such as `http://127.0.0.1:4437/v1/stream`.
    public let url: URL
    /// What is done for every request.
    public let options: ClientOptions

    private let base: String
    private let transport: Transport

    /// Makes a client; nothing is sent yet.
    ///
    /// - Parameter url: the server's address with its base path, with or without a final slash.
    public init(url: URL, options: ClientOptions = ClientOptions()) {
        self.url = url
        self.options = options
        var base = url.absoluteString
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        transport = Transport()
    }

    /// A request about a stream.
    ///
    /// - Throws: `ClientError` of kind `invalidArgument` for a name that cannot be one.
    func request(
        _ method: String, stream name: String, query: String = ""
    ) throws(ClientError) -> URLRequest {
        try request(method, path: StreamName.path(of: name), query: query)
    }

    /// A request below the base path; `path` and `query` are already encoded.
    func request(
        _ method: String, path: String, query: String = ""
    ) throws(ClientError) -> URLRequest {
        let address = "\(base)/\(path)" + (query.isEmpty ? "" : "?\(query)")
        guard let url = URL(string: address) else {
            throw ClientError(
                .invalidArgument, code: "invalid-url", detail: "this is not a URL",
                subject: address)
        }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.timeoutInterval = options.silenceMax.seconds
        for (name, value) in options.headers { request.setValue(value, forHTTPHeaderField: name) }
        return request
    }

    /// Sends a request once and waits for its whole answer, whatever its status.
    func sendOnce(_ request: URLRequest) async throws(ClientError) -> Answer {
        try await transport.exchange(request, bytesMax: options.answerBytesMax)
    }

    /// Opens a request whose answer is taken as it arrives.
    func open(_ request: URLRequest, receiver: any AnswerReceiver) -> URLSessionDataTask {
        transport.start(request, receiver: receiver)
    }

    /// Sends a request, repeats it as the options say, and throws for an error status.
    ///
    /// - Parameter isRepeatable: whether sending it twice does no more than sending it once. One
    ///   that is not is repeated only when it certainly was not received.
    func send(_ request: URLRequest, isRepeatable: Bool) async throws(ClientError) -> Answer {
        var failures = 0
        while true {
            let failure: ClientError
            do throws(ClientError) {
                let answer = try await sendOnce(request)
                if answer.head.status < 400 { return answer }
                failure = ProblemDocument.error(from: answer)
            } catch {
                failure = error
            }
            failures += 1
            guard failure.isTransient, isRepeatable || failure.isUnsent,
                let wait = options.retry.wait(
                    afterFailures: failures, fraction: Double.random(in: 0..<1))
            else { throw failure }
            try await Self.sleep(
                max(wait, failure.state.retryAfter ?? .zero), subject: failure.subject)
        }
    }

    /// Waits; a cancelled task gets an error of kind `cancelled`.
    static func sleep(_ duration: Duration, subject: String) async throws(ClientError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw ClientError(
                .cancelled, code: "cancelled", detail: "the request was cancelled",
                subject: subject)
        }
    }
}

extension Duration {
    /// The duration as Foundation counts: seconds and their fraction.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
