// Response heads: the same claims as for request heads.

import VarveHTTP

extension FuzzTarget {
    /// The first byte says where the input is split, the rest is the response.
    static let responseHead = FuzzTarget(name: "response-head") { data, size in
        var input = FuzzInput(data, size)
        let cut = Int(input.takeByte()) % (input.rest.count + 1)
        let limits = HeadLimits(headBytesMax: 1024, headersMax: 20, targetBytesMax: 1)
        var whole = ResponseParser(limits: limits)
        let expected = withExactCopy(input.rest) { whole.parse($0) }
        var split = ResponseParser(limits: limits)
        var outcome = withExactCopy(UnsafeRawBufferPointer(rebasing: input.rest[..<cut])) {
            split.parse($0)
        }
        if outcome == .incomplete { outcome = withExactCopy(input.rest) { split.parse($0) } }
        demand(outcome == expected, "a split changes nothing")
        guard case .head(let length) = outcome else { return 0 }
        demand(length <= input.rest.count, "a head lies in the input")
        demand(whole.head.status == split.head.status, "a split does not change the status")
        demand(whole.head.contentLength == split.head.contentLength, "nor the length of the body")
        for header in KnownHeader.allCases {
            let value = whole.head.headers.value(header)
            demand(value == split.head.headers.value(header), "nor any header")
            demand((value?.upperBound ?? 0) <= length, "a header lies in the head")
        }
        return 0
    }
}
