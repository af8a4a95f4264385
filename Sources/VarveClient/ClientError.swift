/// Why an operation of the client did not succeed.
///
/// It carries what the server said (status, stable code, detail) or, where no server answered,
/// what happened instead. Program against `kind` and `code`; print `description`.
public struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sort of failure.
    public enum Kind: Hashable, Sendable {
        /// The server answered with an error status.
        case refused
        /// Nothing was sent: the address does not resolve or nobody listens there.
        case unreachable
        /// The connection broke or stayed silent too long: the outcome of a mutation is unknown.
        case interrupted
        /// The server's answer breaks the protocol.
        case invalidAnswer
        /// The arguments cannot be sent, for example a stream name with an empty segment.
        case invalidArgument
        /// The task that waited for the answer was cancelled.
        case cancelled
    }

    /// The sort of failure.
    public let kind: Kind
    /// The HTTP status, where a server answered.
    public let status: Int?
    /// The stable code of the server's problem document, or one of the client's own.
    public let code: String
    /// One sentence for people: what was expected, what was found.
    public let detail: String
    /// What the operation was about, for example `POST http://127.0.0.1:4437/v1/stream/orders`.
    public let subject: String
    /// What a refusal reveals about the stream.
    public var state = RefusedState()
    /// What the store says about a call that it refused; nil for every other error.
    public internal(set) var refusal: StoreRefusal?

    /// What a server tells about a stream when it refuses an operation on it.
    public struct RefusedState: Hashable, Sendable {
        /// The stream's tail.
        public var nextOffset: StreamOffset?
        /// Where the stream begins since it was trimmed.
        public var earliestOffset: StreamOffset?
        /// Whether the stream is closed.
        public var isClosed = false
        /// The producer's current epoch: the refused one is older.
        public var currentEpoch: UInt64?
        /// The sequence that the server expects next of the producer.
        public var expectedSequence: UInt64?
        /// The sequence that the server was given.
        public var receivedSequence: UInt64?
        /// How long the server asks to wait before the next attempt.
        public var retryAfter: Duration?
    }

    init(_ kind: Kind, status: Int? = nil, code: String, detail: String, subject: String) {
        self.kind = kind
        self.status = status
        self.code = code
        self.detail = detail
        self.subject = subject
    }

    /// The connection ended and nothing of an answer had come.
    static func withoutAnswer(subject: String) -> ClientError {
        ClientError(
            .interrupted, code: "no-answer", detail: "the connection ended without answer",
            subject: subject)
    }

    /// Whether the same request may succeed later: nobody answered, or the server is overloaded.
    public var isTransient: Bool {
        switch kind {
        case .unreachable, .interrupted: true
        case .refused where refusal != nil: refusal?.mayPass ?? false
        case .refused: status == 408 || status == 429 || (status ?? 0) >= 500 && status != 507
        case .invalidAnswer, .invalidArgument, .cancelled: false
        }
    }

    /// Where the stream begins, when what was asked for lies before that: it was trimmed away, and
    /// `read` or `follow` from here goes on. Nil for every other error.
    public var earliestOffset: StreamOffset? { code == "trimmed" ? state.earliestOffset : nil }

    /// Whether the server certainly did not see the request.
    public var isUnsent: Bool { kind == .unreachable || kind == .invalidArgument }

    /// One line that names the subject, the status and code, and the detail.
    public var description: String {
        guard let status else { return "\(subject): \(detail)" }
        return "\(subject): \(status) \(code): \(detail)"
    }
}
