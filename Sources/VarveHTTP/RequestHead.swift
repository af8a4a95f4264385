// What a request head says, once it is complete and valid. All positions are offsets from the
// first byte given to the parser, so the memory may move between calls.

/// The version of a message. A later minor version of HTTP/1 counts as 1.1 (RFC 9110, section 2.5).
package enum HTTPVersion: UInt8, Sendable, Equatable {
    case http10
    case http11
}

/// A parsed request head.
package struct RequestHead: Sendable {
    /// The bytes of the head, an ignored empty line in front and the empty line at its end
    /// included.
    package internal(set) var length = 0
    /// The method; `unknown` if it is well-formed but not one this server knows.
    package internal(set) var method = HTTPMethod.unknown
    /// The protocol version.
    package internal(set) var version = HTTPVersion.http11
    /// Whether the connection may carry another request after this one.
    package internal(set) var keepAlive = true
    /// Whether the body is in chunks.
    package internal(set) var isChunked = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false
    /// The number of header lines, known or not.
    package internal(set) var headerCount = 0
    /// The length of the body as announced, nil if there is no Content-Length. A number over 64
    /// bits reads as `UInt64.max`: over every limit.
    package internal(set) var contentLength: UInt64?
    /// The known headers.
    package internal(set) var headers = HeaderSlots()

    var methodRange = UInt32.zero
    var targetRange = UInt32.zero
    var pathRange = UInt32.zero
    var queryRange = UInt32.zero
    var authorityRange = UInt32.zero
    /// Whether the target has a question mark.
    package internal(set) var hasQuery = false

    /// An empty head.
    init() {}

    /// Where the method's name is.
    package var methodName: Range<Int> { Self.unpack(methodRange) }
    /// Where the whole request target is.
    package var target: Range<Int> { Self.unpack(targetRange) }
    /// Where the path is, still percent-encoded; empty for an absolute URL without one.
    package var path: Range<Int> { Self.unpack(pathRange) }
    /// Where the query is, without its question mark; empty if there is none.
    package var query: Range<Int> { Self.unpack(queryRange) }
    /// Where the host and port are: of an absolute target if it is one, else of the Host header;
    /// empty for HTTP/1.0 without either.
    package var authority: Range<Int> { Self.unpack(authorityRange) }

    /// Whether the request has a body that may be longer than zero bytes.
    package var hasBody: Bool { isChunked || (contentLength ?? 0) > 0 }

    /// Where the value of a known header's first line is, nil if it is absent.
    @inline(__always)
    package func value(_ header: KnownHeader) -> Range<Int>? { headers.value(header) }
    /// Whether there is more than one line of a known header.
    @inline(__always)
    package func isRepeated(_ header: KnownHeader) -> Bool { headers.isRepeated(header) }

    /// Offset in the low half, length in the high half.
    @inline(__always)
    static func pack(_ range: Range<Int>) -> UInt32 {
        UInt32(truncatingIfNeeded: range.lowerBound)
            | UInt32(truncatingIfNeeded: range.count) &<< 16
    }

    @inline(__always)
    private static func unpack(_ packed: UInt32) -> Range<Int> {
        let offset = Int(packed & 0xFFFF)
        return offset..<(offset &+ Int(packed &>> 16))
    }

    /// Makes the head ready for the next request.
    mutating func reset() {
        headers.removeAll()
        length = 0
        headerCount = 0
        isChunked = false
        expectsContinue = false
        contentLength = nil
        hasQuery = false
        pathRange = 0
        queryRange = 0
        authorityRange = 0
    }
}
