import ServerProcess
import Testing
import VarveConnect

/// Calls methods of the store over one connection.
final class StoreCaller {
    let connection: RawConnection
    let format: MessageFormat

    init(_ connection: RawConnection, _ format: MessageFormat) {
        self.connection = connection
        self.format = format
    }

    /// The paths of the methods.
    enum Path {
        static let put = "/log.ingest.v1.Service/Put"
        static let get = "/store.query.v1.Service/Get"
        static let getMany = "/store.query.v1.Service/GetMany"
        static let range = "/store.query.v1.Service/Range"
        static let reduce = "/store.query.v1.Service/Reduce"
        static let subscribe = "/log.stream.v1.Service/Subscribe"
        static let batch = "/log.stream.v1.Service/Get"
        static let setRetention = "/log.retention.v1.Service/SetRetention"
        static let prune = "/store.prune.v1.Service/Prune"
    }

    /// Sends a body as it is, as one of a unary call.
    func post(
        _ path: String, _ body: [UInt8], headers: [(String, String)] = [], type: String? = nil
    ) throws -> RawConnection.Response {
        try connection.request(
            "POST", path,
            headers: [("Content-Type", type ?? "application/\(format.rawValue)")] + headers,
            body: body)
    }

    /// Makes a unary call; what it throws is the server's error.
    func call<Answer: ReadableMessage>(
        _ path: String, _ message: some WritableMessage, _ type: Answer.Type,
        headers: [(String, String)] = []
    ) throws -> Answer {
        let response = try post(path, try format.encode(message), headers: headers)
        return try Self.answer(response, format, type)
    }

    /// The message of a unary answer, or its error, thrown.
    static func answer<Answer: ReadableMessage>(
        _ response: RawConnection.Response, _ format: MessageFormat, _ type: Answer.Type
    ) throws -> Answer {
        guard response.status == 200 else {
            let error = response.body.withUnsafeBytes { ConnectError(json: $0) }
            let found = try #require(error, "status \(response.status): \(response.text)")
            #expect(response.headers["content-type"] == "application/json")
            #expect(Int(found.code.httpStatus) == response.status)
            throw found
        }
        #expect(response.headers["content-type"] == "application/\(format.rawValue)")
        var body = response.body
        if let name = response.headers["content-encoding"] {
            let coding = try #require(ContentCoding(rawValue: name))
            body = try body.withUnsafeBytes { try coding.decompress($0, limit: 1 << 30) }
        }
        return try body.withUnsafeBytes { try format.decode(type, $0) }
    }

    /// Writes a batch; its sequence.
    func put(_ entries: [KeyValue]) throws -> UInt64 {
        try call(Path.put, PutRequest(entries), PutResponse.self).sequence
    }

    /// Begins a call with a stream of answers.
    func open(
        _ path: String, _ message: some WritableMessage, headers: [(String, String)] = []
    ) throws -> StoreFrames {
        let body = Envelope(flags: 0, payload: try format.encode(message)).bytes
        let response = try post(
            path, body, headers: headers, type: "application/connect+\(format.rawValue)")
        #expect(response.status == 200)
        #expect(response.headers["content-type"] == "application/connect+\(format.rawValue)")
        return StoreFrames(connection, format, response)
    }

    /// All answers of a call; what it throws is the server's error.
    func stream<Answer: ReadableMessage>(
        _ path: String, _ message: some WritableMessage, _ type: Answer.Type,
        headers: [(String, String)] = []
    ) throws -> [Answer] {
        let frames = try open(path, message, headers: headers)
        var answers: [Answer] = []
        while let answer = try frames.next(type) { answers.append(answer) }
        return answers
    }
}

/// The answers of one open stream.
final class StoreFrames {
    private let connection: RawConnection
    private let format: MessageFormat
    private let coding: ContentCoding
    private let isChunked: Bool
    private var decoder = EnvelopeDecoder(messageBytesMax: 1 << 30)
    /// The bytes of the largest envelope so far, as it came.
    private(set) var largestBytes = 0

    init(_ connection: RawConnection, _ format: MessageFormat, _ response: RawConnection.Response) {
        self.connection = connection
        self.format = format
        isChunked = response.headers["transfer-encoding"] == "chunked"
        coding =
            response.headers["connect-content-encoding"]
            .flatMap { ContentCoding(rawValue: $0) } ?? .identity
        response.body.withUnsafeBytes { decoder.append($0) }
    }

    /// The next message; nil at an orderly end; an error of the server is thrown.
    func next<Answer: ReadableMessage>(_ type: Answer.Type) throws -> Answer? {
        while true {
            if let envelope = try decoder.next() {
                largestBytes = max(largestBytes, envelope.payload.count)
                var payload = envelope.payload
                if envelope.isCompressed {
                    payload = try payload.withUnsafeBytes {
                        try coding.decompress($0, limit: 1 << 30)
                    }
                }
                guard envelope.endsStream else {
                    return try payload.withUnsafeBytes { try format.decode(type, $0) }
                }
                let error = try payload.withUnsafeBytes { try ConnectError.readEndOfStream($0) }
                if isChunked { #expect(try connection.receiveChunk() == nil) }
                if let error { throw error }
                return nil
            }
            let chunk = try #require(isChunked ? try connection.receiveChunk() : nil, "no end")
            chunk.withUnsafeBytes { decoder.append($0) }
        }
    }
}
