// One request of the store as its head describes it: everything about the Connect protocol that
// does not depend on the method.

import VarveBytes
import VarveConnect
import VarveHTTP

/// What a request asks for besides its message.
struct StoreCall: Sendable {
    /// The method.
    let method: StoreMethod
    /// How messages are encoded, in both directions.
    let contentType: ConnectContentType
    /// How the request's message is compressed, if it is.
    let requestCoding: ContentCoding
    /// How answers may be compressed.
    let answerCoding: ContentCoding
    /// When, on the loop's clock, the client stops waiting; nil when it did not say.
    let deadline: UInt64?
    /// Whether a silent subscription sends frames without entries.
    let wantsHeartbeat: Bool
    /// The most bytes of a message, decompressed.
    let messageBytesMax: Int

    /// How messages are encoded.
    var format: MessageFormat { contentType.format }
}

extension StoreCall {
    /// Reads the head of a request for `method`.
    init(
        _ request: borrowing RequestView, _ method: StoreMethod, now: UInt64, messageBytesMax: Int
    ) throws(StoreCallFault) {
        switch request.method {
        case .post: break
        case .get where method.allowsGet: break
        default: throw .method
        }
        self.method = method
        self.messageBytesMax = messageBytesMax
        let headers = ConnectHeaders(request)
        if request.method == .get {
            (contentType, requestCoding) = try Self.getParameters(request)
        } else {
            guard let value = request.header(.contentType),
                let type = ConnectContentType(value), type.isStreaming == method.isStreaming
            else { throw .contentType }
            contentType = type
            requestCoding = try Self.coding(
                method.isStreaming ? headers.contentEncoding : request.header(.contentEncoding))
        }
        if let version = headers.protocolVersion, !version.equals("1") {
            throw .connect(.init(.invalidArgument, "Connect-Protocol-Version is not 1"))
        }
        if let timeout = headers.timeout {
            guard let milliseconds = ConnectTimeout.milliseconds(timeout) else {
                throw .connect(
                    .init(.invalidArgument, "Connect-Timeout-Ms is not one to ten digits"))
            }
            deadline = now + milliseconds
        } else {
            deadline = nil
        }
        let accepted =
            method.isStreaming ? headers.acceptEncoding : request.header(.acceptEncoding)
        answerCoding = accepted.map { ContentCoding.preferred(in: $0) } ?? .identity
        wantsHeartbeat = headers.heartbeat?.equalsIgnoringCase("true") ?? false
    }

    /// The coding of a header's value or a parameter's; none when it is absent or empty.
    private static func coding(
        _ name: UnsafeRawBufferPointer?
    ) throws(StoreCallFault) -> ContentCoding {
        guard let name, !name.isEmpty else { return .identity }
        guard let coding = ContentCoding(name: name) else {
            throw .connect(
                .init(
                    .unimplemented,
                    "the compression is not supported; supported: \(ContentCoding.accepted)"))
        }
        return coding
    }

    /// What the parameters of a GET say about its message.
    private static func getParameters(
        _ request: borrowing RequestView
    ) throws(StoreCallFault) -> (ConnectContentType, ContentCoding) {
        let query = QueryParameters(request.query)
        if case .value(let version) = query.find("connect"), !version.equals("v1") {
            throw .connect(.init(.invalidArgument, "the parameter connect is not v1"))
        }
        guard case .value(let encoding) = query.find("encoding") else {
            throw .connect(.init(.invalidArgument, "the parameter encoding is missing"))
        }
        guard
            let format = MessageFormat(
                rawValue: String(decoding: encoding.prefix(8), as: UTF8.self))
        else { throw .contentType }
        var coding = ContentCoding.identity
        if case .value(let name) = query.find("compression") { coding = try self.coding(name) }
        return (ConnectContentType(format, isStreaming: false), coding)
    }
}

/// The headers of the Connect protocol, found in one walk over the head.
private struct ConnectHeaders {
    var protocolVersion: UnsafeRawBufferPointer?
    var timeout: UnsafeRawBufferPointer?
    var contentEncoding: UnsafeRawBufferPointer?
    var acceptEncoding: UnsafeRawBufferPointer?
    var heartbeat: UnsafeRawBufferPointer?

    init(_ request: borrowing RequestView) {
        for (name, value) in request.fields {
            switch name.count {
            case 24 where name.equalsIgnoringCase("connect-protocol-version"):
                protocolVersion = value
            case 18 where name.equalsIgnoringCase("connect-timeout-ms"): timeout = value
            case 24 where name.equalsIgnoringCase("connect-content-encoding"):
                contentEncoding = value
            case 23 where name.equalsIgnoringCase("connect-accept-encoding"):
                acceptEncoding = value
            case 15 where name.equalsIgnoringCase("store-heartbeat"): heartbeat = value
            default: break
            }
        }
    }
}
