import ServerProcess
import VarveConnect

/// Calls of the store over one connection, in binary.
final class StoreConnection {
    /// The methods' paths.
    enum Method: String {
        case put = "/log.ingest.v1.Service/Put"
        case delete = "/log.ingest.v1.Service/Delete"
        case get = "/store.query.v1.Service/Get"
        case range = "/store.query.v1.Service/Range"
        case subscribe = "/log.stream.v1.Service/Subscribe"
        case setRetention = "/log.retention.v1.Service/SetRetention"
        case prune = "/store.prune.v1.Service/Prune"
    }

    /// An answer that makes no sense, or none of the store.
    struct Nonsense: Error {
        let answer: String
    }

    private let connection: RawConnection

    init(port: UInt16) throws {
        connection = try RawConnection(port: port)
    }

    // MARK: Unary calls

    /// Sends a call without waiting for its answer.
    func send(_ method: Method, _ message: some WritableMessage) throws {
        try connection.send(
            "POST", method.rawValue, headers: [("Content-Type", "application/proto")],
            body: try MessageFormat.proto.encode(message))
    }

    /// Reads the next answer; what the server refuses with is thrown.
    func receive<Answer: ReadableMessage>(_ type: Answer.Type) throws -> Answer {
        let response = try connection.receive()
        guard response.status == 200 else {
            throw response.body.withUnsafeBytes { ConnectError(json: $0) }
                ?? Nonsense(answer: "\(response.status) \(response.text)") as any Error
        }
        return try response.body.withUnsafeBytes { try MessageFormat.proto.decode(type, $0) }
    }

    /// Makes a call.
    func call<Answer: ReadableMessage>(
        _ method: Method, _ message: some WritableMessage, _ type: Answer.Type
    ) throws -> Answer {
        try send(method, message)
        return try receive(type)
    }

    /// A request that is none of the store's, with an empty body; its status.
    func post(_ path: String) throws -> Int {
        try connection.request("POST", path, body: []).status
    }

    /// The sequence of the newest batch.
    func sequence() throws -> UInt64 {
        let answer = try call(.get, GetRequest(key: []), GetResponse.self)
        guard let detail = answer.detail else { throw Nonsense(answer: "no detail") }
        return detail.sequence
    }

    /// Every pair of the store, in one state of it.
    func everything() throws -> [KeyValue] {
        let frames = try stream(.range, RangeRequest(batchSize: 4096))
        var rows: [KeyValue] = []
        while let frame = try frames.next(RangeFrame.self) { rows += frame.rows }
        return rows
    }

    // MARK: Streams

    /// The answers of one open stream.
    final class Frames {
        private let connection: RawConnection
        private let isChunked: Bool
        private var decoder = EnvelopeDecoder(messageBytesMax: 1 << 30)

        fileprivate init(_ connection: RawConnection, _ response: RawConnection.Response) {
            self.connection = connection
            isChunked = response.headers["transfer-encoding"] == "chunked"
            response.body.withUnsafeBytes { decoder.append($0) }
        }

        /// The next answer; nil at an orderly end. What the server refuses with is thrown.
        func next<Answer: ReadableMessage>(_ type: Answer.Type) throws -> Answer? {
            while true {
                guard let envelope = try decoder.next() else {
                    guard isChunked, let chunk = try connection.receiveChunk() else {
                        throw Nonsense(answer: "a stream without an end")
                    }
                    chunk.withUnsafeBytes { decoder.append($0) }
                    continue
                }
                guard envelope.endsStream else {
                    return try envelope.payload.withUnsafeBytes {
                        try MessageFormat.proto.decode(type, $0)
                    }
                }
                let error = try envelope.payload.withUnsafeBytes {
                    try ConnectError.readEndOfStream($0)
                }
                if let error { throw error }
                return nil
            }
        }
    }

    /// Begins a call with a stream of answers; it takes the connection for itself.
    func stream(_ method: Method, _ message: some WritableMessage) throws -> Frames {
        let body = Envelope(flags: 0, payload: try MessageFormat.proto.encode(message)).bytes
        let response = try connection.request(
            "POST", method.rawValue, headers: [("Content-Type", "application/connect+proto")],
            body: body)
        guard response.status == 200 else { throw Nonsense(answer: "\(response.status)") }
        return Frames(connection, response)
    }
}

extension ConnectError {
    /// The reason in words for programs; empty without one.
    var reason: String { information?.reason ?? "" }

    /// The oldest batch that is kept, where the one that was wanted is not.
    var oldestRetained: UInt64? {
        information?.metadata["oldest_retained"].flatMap { UInt64($0) }
    }

    private var information: ErrorInfo? {
        details.lazy.compactMap { $0.message(ErrorInfo.self) }.first
    }
}
