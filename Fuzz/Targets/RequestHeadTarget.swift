// Request heads: no input may trap the parser or make it read past its input, every position it
// gives lies in the head, and how the input is split makes no difference.

import VarveHTTP

extension FuzzTarget {
    /// The first byte says where the input is split, the rest is the request.
    static let requestHead = FuzzTarget(name: "request-head") { data, size in
        var input = FuzzInput(data, size)
        let cut = Int(input.takeByte())
        let limits = HeadLimits(headBytesMax: 2048, headersMax: 20, targetBytesMax: 512)
        let whole = parse(input.rest, cuts: [], limits)
        let bytes = input.rest.count
        demand(
            whole == parse(input.rest, cuts: [cut % (bytes + 1)], limits), "a split changes nothing"
        )
        let every = stride(from: 0, to: bytes, by: cut % 7 + 1)
        demand(whole == parse(input.rest, cuts: Array(every), limits), "many splits change nothing")
        return 0
    }

    /// Parses prefixes of the input up to each cut, then all of it.
    private static func parse(
        _ bytes: UnsafeRawBufferPointer, cuts: [Int], _ limits: HeadLimits
    ) -> HeadSummary {
        var parser = RequestParser(limits: limits)
        for end in cuts + [bytes.count] {
            let outcome = withExactCopy(UnsafeRawBufferPointer(rebasing: bytes[..<end])) {
                let outcome = parser.parse($0)
                if case .head = outcome { check(parser.head, $0) }
                return outcome
            }
            if outcome != .incomplete { return HeadSummary(outcome: outcome, head: parser.head) }
        }
        return HeadSummary(outcome: .incomplete, head: parser.head)
    }

    /// Reads everything that a route may read of a request.
    private static func check(_ head: RequestHead, _ bytes: UnsafeRawBufferPointer) {
        demand(head.length <= bytes.count, "a head lies in the input")
        let view = RequestView(
            head: head, bytes: bytes, body: UnsafeRawBufferPointer(start: nil, count: 0))
        var sum = 0
        for part in [view.methodName, view.target, view.path, view.query, view.authority] {
            sum &+= part.reduce(0) { $0 &+ Int($1) }
        }
        for header in KnownHeader.allCases {
            guard let value = view.header(header) else { continue }
            demand(
                !value.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }, "a value has no controls"
            )
        }
        let fields = view.fields.reduce(0) { count, _ in count + 1 }
        demand(fields == head.headerCount, "a second walk finds the same fields")
        demand(!(head.isChunked && head.contentLength != nil), "a body is delimited in one way")
        demand(sum >= 0, "every part is readable")
    }
}

/// What a parse said, in a form that compares.
private struct HeadSummary: Equatable {
    let outcome: RequestParser.Outcome
    private let words: [UInt64]

    init(outcome: RequestParser.Outcome, head: RequestHead) {
        self.outcome = outcome
        guard case .head = outcome else {
            words = []
            return
        }
        var words: [UInt64] = [
            UInt64(head.method.rawValue), UInt64(head.version.rawValue), head.keepAlive ? 1 : 0,
            head.isChunked ? 1 : 0, head.expectsContinue ? 1 : 0, head.contentLength ?? 1 << 63,
            UInt64(head.headerCount), head.hasQuery ? 1 : 0,
        ]
        for range in [head.methodName, head.target, head.path, head.query, head.authority] {
            words.append(UInt64(range.lowerBound) << 32 | UInt64(range.upperBound))
        }
        for header in KnownHeader.allCases {
            let range = head.value(header) ?? 0..<0
            words.append(UInt64(range.lowerBound) << 32 | UInt64(range.upperBound))
            words.append(head.isRepeated(header) ? 1 : 0)
        }
        self.words = words
    }
}
