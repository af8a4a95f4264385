// How the tests feed the parsers: whole, in pieces, and with memory that moves and ends exactly
// where the input ends.

import VarveHTTP

/// A parse of one request head.
struct ParserProbe {
    /// The answer of the last call.
    var outcome: RequestParser.Outcome
    /// The parser behind it.
    var parser: RequestParser
    /// The input.
    var bytes: [UInt8]

    /// Parses the whole text in one call.
    init(_ text: String, limits: HeadLimits = HeadLimits()) {
        self.init(Array(text.utf8), limits: limits)
    }

    /// Parses all bytes in one call.
    init(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) {
        self.init(bytes, cuts: [], limits: limits)
    }

    /// Parses growing prefixes of the bytes that end at `cuts`, then all of them; stops at the
    /// first answer that is final. Every call sees a fresh copy of exactly its size.
    init(_ bytes: [UInt8], cuts: [Int], limits: HeadLimits = HeadLimits()) {
        parser = RequestParser(limits: limits)
        self.bytes = bytes
        outcome = .incomplete
        for end in cuts + [bytes.count] {
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: end, alignment: 1)
            defer { copy.deallocate() }
            copy.copyBytes(from: bytes[..<end])
            outcome = parser.parse(UnsafeRawBufferPointer(copy))
            if outcome != .incomplete { return }
        }
    }

    /// The refusal, nil if the head was not refused.
    var error: HTTPError? {
        if case .failed(let error) = outcome { return error }
        return nil
    }

    /// The text of a range of the input.
    func text(_ range: Range<Int>?) -> String? {
        range.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// Everything the parser says, for comparing two ways of feeding it.
    var summary: String {
        guard case .head = outcome else { return "\(outcome)" }
        let head = parser.head
        let values = KnownHeader.allCases.map { "\(head.value($0) as Any) \(head.isRepeated($0))" }
        return """
            \(outcome) \(head.method) \(head.methodName) \(head.version) \(head.target) \
            \(head.path) \(head.query) \(head.hasQuery) \(head.authority) \(head.keepAlive) \
            \(head.isChunked) \(head.expectsContinue) \(head.contentLength as Any) \
            \(head.headerCount) \(values)
            """
    }
}
