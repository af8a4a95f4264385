// The query of a GET: where to read from, and how to wait for more.

import VarveBytes
import VarveHTTP
import VarveStreams

/// What a GET of a stream asks for.
struct ReadRequest {
    /// How the reader wants to go on at the tail.
    enum Mode {
        /// Not at all: one page.
        case catchUp
        /// One answer, when there is data.
        case longPoll
        /// A stream of events.
        case events
    }

    /// The most bytes of a parameter's encoded value that can be right.
    private static let valueBytesMax = 3 * OffsetToken.byteCount

    /// Where to read from.
    private(set) var start = ReadStart.start
    /// Whether the query has an offset.
    private(set) var namesOffset = false
    /// True when the request asked for the tail, whatever it is.
    private(set) var isFromNow = false
    /// How to go on at the tail.
    private(set) var mode = Mode.catchUp
    /// The cursor the client got last; nil when it sent none that counts.
    private(set) var cursor: UInt64?

    /// Reads a query, or says what is wrong with it.
    static func parse(_ query: UnsafeRawBufferPointer) -> Result<ReadRequest, Refusal> {
        var request = ReadRequest()
        guard query.count > 0 else { return .success(request) }
        let parameters = QueryParameters(query)
        switch parameters.find("live") {
        case .absent: break
        case .value(let value) where PercentCoding.decodes(value, to: "long-poll"):
            request.mode = .longPoll
        case .value(let value) where PercentCoding.decodes(value, to: "sse"):
            request.mode = .events
        case .value, .repeated: return .failure(Refusal(.invalidLiveMode))
        }
        switch parameters.find("offset") {
        case .absent:
            if request.mode != .catchUp { return .failure(Refusal(.offsetRequired)) }
        case .repeated: return .failure(Refusal(.invalidOffset))
        case .value(let value):
            guard request.setOffset(value) else { return .failure(Refusal(.invalidOffset)) }
            request.namesOffset = true
        }
        if case .value(let value) = parameters.find("cursor") { request.setCursor(value) }
        return .success(request)
    }

    private mutating func setOffset(_ encoded: UnsafeRawBufferPointer) -> Bool {
        Self.withDecoded(encoded) { text in
            if text.equals("-1") { return true }
            if text.equals("now") {
                start = .now
                isFromNow = true
                return true
            }
            guard let position = OffsetToken.parse(text) else { return false }
            start = .position(position)
            return true
        } ?? false
    }

    private mutating func setCursor(_ encoded: UnsafeRawBufferPointer) {
        cursor =
            Self.withDecoded(encoded) { text -> UInt64? in
                DecimalDigits.parse(text).flatMap { $0 <= StreamCursor.clientMax ? $0 : nil }
            } ?? nil
    }

    /// Runs `body` with the decoded value; nil when it is too long or malformed.
    private static func withDecoded<R>(
        _ encoded: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R
    ) -> R? {
        guard encoded.count <= valueBytesMax else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: max(encoded.count, 1), alignment: 1) {
            guard let count = try? PercentCoding.decode(encoded, into: $0, plusIsSpace: true) else {
                return nil
            }
            return body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
    }
}
