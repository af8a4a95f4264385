// The parser of request heads: sans-IO, no allocation, the same answer however the input is split.
//
// The caller keeps the bytes of an unfinished head and calls again with all of them and more. A
// line is read once, when its line feed has arrived, so a head in many pieces costs little more
// than in one. Every decision depends only on the bytes up to the one that forces it.

import VarveBytes

/// A parser of HTTP/1 request heads (RFC 9112), used for one request after the other.
///
/// Not thread-safe: it belongs to one connection.
package struct RequestParser: Sendable {
    /// What is known after a call.
    package enum Outcome: Equatable, Sendable {
        /// The head is not complete; nothing is wrong so far.
        case incomplete
        /// The head is complete and takes the first `length` bytes; the body follows.
        case head(length: Int)
        /// The request is refused. The connection cannot go on: where the next request begins is
        /// unknown.
        case failed(HTTPError)
    }

    /// What the next line is.
    private enum Phase: Equatable {
        case start
        case requestLine
        case headers
        case finished
        case failed(HTTPError)
    }

    /// The head; meaningful after `.head`, until `reset`.
    package private(set) var head = RequestHead()
    private let limits: HeadLimits
    private var phase = Phase.start
    private var closeRequested = false
    private var keepAliveRequested = false
    private var scanner = LineScanner()

    /// A parser with the given limits.
    package init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits
    }

    /// Forgets the request, to begin with the next. The next call's bytes begin with it.
    package mutating func reset() {
        head.reset()
        phase = .start
        closeRequested = false
        keepAliveRequested = false
        scanner = LineScanner()
    }

    /// Reads on. `bytes` begins with the request's first byte and has at least all bytes of the
    /// call before; it may lie elsewhere. After `.head` or `.failed` the answer stays the same
    /// until `reset`.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        guard let base = bytes.baseAddress else { return .incomplete }
        while true {
            switch phase {
            case .finished: return .head(length: head.length)
            case .failed(let error): return .failed(error)
            case .start, .requestLine, .headers: break
            }
            if phase != .headers, let error = checkFirstByte(base, count: bytes.count) {
                return fail(error)
            }
            let most = lineEndMax
            switch scanner.next(base, count: bytes.count, before: most) {
            case .line(let range):
                if let error = line(base, range) { return fail(error) }
            case .incomplete: return .incomplete
            case .overflow: return fail(overflow(base, to: most))
            case .bareLineFeed: return fail(.bareLineFeed)
            }
        }
    }

    /// The offset behind the last byte that may belong to the current line.
    private var lineEndMax: Int {
        phase == .headers
            ? limits.headBytesMax
            : min(scanner.lineStart &+ limits.requestLineBytesMax &+ 2, limits.headBytesMax)
    }

    /// Refuses what is no request at all, such as a TLS handshake, before a line end arrives.
    @inline(__always)
    private func checkFirstByte(_ base: UnsafeRawPointer, count: Int) -> HTTPError? {
        guard count > scanner.lineStart else { return nil }
        let byte = base.load(fromByteOffset: scanner.lineStart, as: UInt8.self)
        if CharacterClass.token.contains(byte) || (byte == 0x0D && phase == .start) { return nil }
        return byte == 0x0A ? .bareLineFeed : .malformedRequestLine
    }

    /// The refusal of a line that passes its limit.
    private func overflow(_ base: UnsafeRawPointer, to end: Int) -> HTTPError {
        phase == .headers
            ? .headTooLarge : RequestLine.overlong(base, from: scanner.lineStart, to: end)
    }

    private mutating func fail(_ error: HTTPError) -> Outcome {
        phase = .failed(error)
        return .failed(error)
    }

    /// Takes one complete line, without its CR LF.
    private mutating func line(_ base: UnsafeRawPointer, _ range: Range<Int>) -> HTTPError? {
        if phase == .headers {
            return range.isEmpty ? finish(base) : headerLine(base, range)
        }
        if range.isEmpty {
            // One empty line before the request is ignored (RFC 9112, section 2.2); the check of
            // the first byte refuses a second.
            phase = .requestLine
            return nil
        }
        phase = .headers
        return RequestLine.parse(base, range, limits: limits, into: &head)
    }

    private mutating func headerLine(_ base: UnsafeRawPointer, _ range: Range<Int>) -> HTTPError? {
        guard head.headerCount < limits.headersMax else { return .tooManyHeaders }
        switch HeaderLine.parse(base, range) {
        case .failure(let error):
            return error
        case .success(let line):
            head.headerCount &+= 1
            guard let known = line.known else { return nil }
            head.headers.record(known, offset: line.value.lowerBound, count: line.value.count)
            switch known {
            case .connection: connection(base, line.value)
            case .expect: return expect(base, line.value)
            default: break
            }
            return nil
        }
    }

    /// Notes the options of one Connection line; there may be several.
    private mutating func connection(_ base: UnsafeRawPointer, _ value: Range<Int>) {
        FieldText.forEachElement(base, value) { element in
            let start = base + element.lowerBound
            if UnsafeRawBufferPointer(start: start, count: element.count).equalsIgnoringCase(
                "close")
            {
                closeRequested = true
            } else if UnsafeRawBufferPointer(start: start, count: element.count).equalsIgnoringCase(
                "keep-alive")
            {
                keepAliveRequested = true
            }
        }
    }

    private mutating func expect(_ base: UnsafeRawPointer, _ value: Range<Int>) -> HTTPError? {
        guard
            UnsafeRawBufferPointer(start: base + value.lowerBound, count: value.count)
                .equalsIgnoringCase("100-continue")
        else { return .expectationFailed }
        head.expectsContinue = true
        return nil
    }

    /// Judges the head as a whole at its empty line.
    private mutating func finish(_ base: UnsafeRawPointer) -> HTTPError? {
        if let error = host(base) ?? framing(base) { return error }
        head.keepAlive = !closeRequested && (head.version == .http11 || keepAliveRequested)
        // A client of HTTP/1.0 cannot mean it (RFC 9110, section 10.1.1).
        if head.version == .http10 { head.expectsContinue = false }
        head.length = scanner.lineStart
        phase = .finished
        return nil
    }

    /// One valid Host, which only HTTP/1.0 may lack (RFC 9112, section 3.2).
    private mutating func host(_ base: UnsafeRawPointer) -> HTTPError? {
        guard let value = head.value(.host) else {
            return head.version == .http11 ? .missingHost : nil
        }
        if head.isRepeated(.host) { return .repeatedHost }
        guard RequestTarget.isHost(base, value) else { return .malformedHost }
        // The authority of an absolute target goes before the Host header (section 3.2.2).
        if head.authority.isEmpty { head.authorityRange = RequestHead.pack(value) }
        return nil
    }

    /// How the body is delimited (RFC 9112, section 6).
    private mutating func framing(_ base: UnsafeRawPointer) -> HTTPError? {
        let hasLength = head.headers.contains(.contentLength)
        if head.headers.contains(.transferEncoding) {
            if hasLength { return .contentLengthWithTransferEncoding }
            if let error = BodyFraming.checkTransferEncoding(base, head.headers) { return error }
            // HTTP/1.0 has no chunks: the framing is faulty (section 6.1).
            if head.version == .http10 { return .malformedTransferEncoding }
            head.isChunked = true
        } else if hasLength {
            switch BodyFraming.contentLength(base, head.headers) {
            case .success(let length): head.contentLength = length
            case .failure(let error): return error
            }
        }
        return nil
    }
}
