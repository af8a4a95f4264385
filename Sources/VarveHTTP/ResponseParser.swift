// The parser of response heads, for clients that speak HTTP themselves, such as the load generator.

import VarveBytes

/// A parsed response head. Positions are offsets from the first byte given to the parser.
package struct ResponseHead: Sendable {
    /// The bytes of the head, the empty line at its end included.
    package internal(set) var length = 0
    /// The status, 100 to 999.
    package internal(set) var status = 0
    /// Whether the connection may carry another request after this response.
    package internal(set) var keepAlive = true
    /// Whether the body is in chunks.
    package internal(set) var isChunked = false
    /// The announced length of the body; nil without one. Without one and without chunks the body
    /// ends with the connection, unless the status or the request's method forbids a body.
    package internal(set) var contentLength: UInt64?
    /// The known headers.
    package internal(set) var headers = HeaderSlots()
    var headerCount = 0
}

/// A parser of HTTP/1 response heads, as strict as the parser of requests, which see.
package struct ResponseParser: Sendable {
    /// What is known after a call.
    package enum Outcome: Equatable, Sendable {
        /// The head is not complete; nothing is wrong so far.
        case incomplete
        /// The head is complete and takes the first `length` bytes.
        case head(length: Int)
        /// The response cannot be understood, and so neither can what follows.
        case failed(HTTPError)
    }

    private enum Phase: Equatable {
        case statusLine
        case headers
        case finished
        case failed(HTTPError)
    }

    /// The head; meaningful after `.head`, until `reset`.
    package private(set) var head = ResponseHead()
    private let limits: HeadLimits
    private var phase = Phase.statusLine
    private var scanner = LineScanner()

    /// A parser with the given limits; that of the target counts for nothing here.
    package init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits
    }

    /// Forgets the response, to begin with the next.
    package mutating func reset() {
        head = ResponseHead()
        phase = .statusLine
        scanner = LineScanner()
    }

    /// Reads on, under the same contract as `RequestParser.parse`.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        guard let base = bytes.baseAddress else { return .incomplete }
        while true {
            switch phase {
            case .finished: return .head(length: head.length)
            case .failed(let error): return .failed(error)
            case .statusLine, .headers: break
            }
            switch scanner.next(base, count: bytes.count, before: limits.headBytesMax) {
            case .line(let range):
                if let error = line(base, range) { phase = .failed(error) }
            case .incomplete: return .incomplete
            case .overflow: phase = .failed(.headTooLarge)
            case .bareLineFeed: phase = .failed(.bareLineFeed)
            }
        }
    }

    private mutating func line(_ base: UnsafeRawPointer, _ range: Range<Int>) -> HTTPError? {
        if phase == .statusLine {
            phase = .headers
            return statusLine(base, range)
        }
        if range.isEmpty { return finish(base) }
        guard head.headerCount < limits.headersMax else { return .tooManyHeaders }
        switch HeaderLine.parse(base, range) {
        case .failure(let error):
            return error
        case .success(let line):
            head.headerCount &+= 1
            guard let known = line.known else { return nil }
            head.headers.record(known, offset: line.value.lowerBound, count: line.value.count)
            if known == .connection { connection(base, line.value) }
            return nil
        }
    }

    /// Reads `HTTP/1.x SP STATUS`, with or without a reason behind another space.
    private mutating func statusLine(_ base: UnsafeRawPointer, _ range: Range<Int>) -> HTTPError? {
        let text = UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
        guard text.count >= 12, UnsafeRawBufferPointer(rebasing: text[..<7]).equals("HTTP/1."),
            text[7] >= 0x30, text[7] <= 0x39, text[8] == 0x20,
            let status = DecimalDigits.parse(UnsafeRawBufferPointer(rebasing: text[9..<12])),
            status >= 100, text.count == 12 || text[12] == 0x20,
            ByteScan.firstControl(in: base, from: range.lowerBound, to: range.upperBound) == nil
        else { return .malformedStatusLine }
        head.status = Int(status)
        head.keepAlive = text[7] != 0x30
        return nil
    }

    private mutating func connection(_ base: UnsafeRawPointer, _ value: Range<Int>) {
        FieldText.forEachElement(base, value) { element in
            let option = UnsafeRawBufferPointer(
                start: base + element.lowerBound, count: element.count)
            if option.equalsIgnoringCase("close") { head.keepAlive = false }
        }
    }

    private mutating func finish(_ base: UnsafeRawPointer) -> HTTPError? {
        let hasLength = head.headers.contains(.contentLength)
        if head.headers.contains(.transferEncoding) {
            if hasLength { return .contentLengthWithTransferEncoding }
            if let error = BodyFraming.checkTransferEncoding(base, head.headers) { return error }
            head.isChunked = true
        } else if hasLength {
            switch BodyFraming.contentLength(base, head.headers) {
            case .success(let length): head.contentLength = length
            case .failure(let error): return error
            }
        }
        head.length = scanner.lineStart
        phase = .finished
        return nil
    }
}
