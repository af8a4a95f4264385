// The message of a request: out of the body, an envelope or the query, decompressed.

import VarveBytes
import VarveConnect
import VarveHTTP

/// Getting at a request's message.
enum StoreMessage {
    /// Larger bodies are taken apart by a pool.
    private static let loopBytesMax = 64 << 10

    /// Whether taking a request's message apart takes so little time that its loop may do it. What
    /// is compressed may be large.
    static func isSmall(_ call: StoreCall, _ request: borrowing RequestView) -> Bool {
        // What is in a query is no larger than a head.
        request.method == .get
            || request.body.count <= loopBytesMax && call.requestCoding == .identity
    }

    /// Calls `body` with the bytes of the request's one message, which are valid during the call.
    static func with<Result>(
        _ call: StoreCall, _ request: borrowing RequestView,
        _ body: (UnsafeRawBufferPointer) throws(ConnectError) -> Result
    ) throws(ConnectError) -> Result {
        guard request.method == .get else {
            return try with(call, body: request.body, body)
        }
        let parameter = try parameter(request, limit: call.messageBytesMax)
        return try parameter.span.withUnsafeBytes { (bytes) throws(ConnectError) in
            try decompressed(bytes, call.requestCoding, call, body)
        }
    }

    /// The same with the body of a request that is no GET.
    static func with<Result>(
        _ call: StoreCall, body bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws(ConnectError) -> Result
    ) throws(ConnectError) -> Result {
        guard call.method.isStreaming else {
            return try decompressed(bytes, call.requestCoding, call, body)
        }
        let envelope = try envelope(bytes, limit: call.messageBytesMax)
        let coding = envelope.isCompressed ? call.requestCoding : .identity
        if envelope.isCompressed && coding == .identity {
            throw ConnectError(
                .internal, "an envelope is compressed and Connect-Content-Encoding names no way")
        }
        return try envelope.payload.span.withUnsafeBytes { (bytes) throws(ConnectError) in
            try decompressed(bytes, coding, call, body)
        }
    }

    /// A message as a Swift value.
    static func decode<Value: ReadableMessage>(
        _ type: Value.Type, _ call: StoreCall, _ bytes: UnsafeRawBufferPointer
    ) throws(ConnectError) -> Value {
        do throws(MessageFault) {
            return try call.format.decode(type, bytes)
        } catch {
            throw ConnectError(error)
        }
    }

    /// Calls `body` with bytes that were compressed so.
    private static func decompressed<Result>(
        _ bytes: UnsafeRawBufferPointer, _ coding: ContentCoding, _ call: StoreCall,
        _ body: (UnsafeRawBufferPointer) throws(ConnectError) -> Result
    ) throws(ConnectError) -> Result {
        if coding == .identity || bytes.isEmpty { return try body(bytes) }
        let plain: [UInt8]
        do throws(CodingFault) {
            plain = try coding.decompress(bytes, limit: call.messageBytesMax)
        } catch {
            switch error {
            case .malformed: throw ConnectError(.invalidArgument, "\(error)")
            case .tooLarge: throw ConnectError(.resourceExhausted, "\(error)")
            }
        }
        return try plain.span.withUnsafeBytes { (plain) throws(ConnectError) in
            try body(plain)
        }
    }

    /// The one envelope of a body.
    private static func envelope(
        _ body: UnsafeRawBufferPointer, limit: Int
    ) throws(ConnectError) -> Envelope {
        var decoder = EnvelopeDecoder(messageBytesMax: limit)
        decoder.append(body)
        let envelope: Envelope?
        do throws(EnvelopeFault) {
            envelope = try decoder.next()
        } catch {
            switch error {
            case .tooLong: throw ConnectError(.resourceExhausted, "\(error)")
            case .unknownFlags: throw ConnectError(.invalidArgument, "\(error)")
            }
        }
        guard let envelope, !envelope.endsStream else {
            throw ConnectError(.invalidArgument, "the body has no complete envelope")
        }
        guard decoder.isAtBoundary else {
            throw ConnectError(.invalidArgument, "the body has more than one envelope")
        }
        return envelope
    }

    /// The message in the query of a GET.
    private static func parameter(
        _ request: borrowing RequestView, limit: Int
    ) throws(ConnectError) -> [UInt8] {
        let query = QueryParameters(request.query)
        guard case .value(let escaped) = query.find("message") else {
            throw ConnectError(.invalidArgument, "the parameter message is missing")
        }
        var text = [UInt8](repeating: 0, count: escaped.count)
        let count = text.withUnsafeMutableBytes {
            try? PercentCoding.decode(escaped, into: $0, plusIsSpace: true)
        }
        guard let count else {
            throw ConnectError(.invalidArgument, "the parameter message has a malformed escape")
        }
        text.removeLast(text.count - count)
        guard case .value(let flag) = query.find("base64"), flag.equals("1") else { return text }
        guard let bytes = text.withUnsafeBytes({ AnyBase64.decode($0) }) else {
            throw ConnectError(.invalidArgument, "the parameter message is not base64")
        }
        return bytes
    }
}
