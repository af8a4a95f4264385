// A request as a route sees it: views into memory that lives as long as the call.

/// A complete request: its head, the bytes of the head, and its body.
///
/// Not copyable, so that nobody keeps it: after the call its memory is used for something else.
package struct RequestView: ~Copyable {
    /// The parsed head.
    package let head: RequestHead
    /// The bytes of the head.
    package let headBytes: UnsafeRawBufferPointer
    /// The body, without any chunking.
    package let body: UnsafeRawBufferPointer

    /// A view of the request whose head lies in the first `head.length` bytes of `bytes`.
    @inline(__always)
    package init(head: RequestHead, bytes: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer) {
        precondition(head.length <= bytes.count)
        self.head = head
        self.headBytes = UnsafeRawBufferPointer(start: bytes.baseAddress, count: head.length)
        self.body = body
    }

    /// The method.
    package var method: HTTPMethod { head.method }
    /// The method's name as sent.
    package var methodName: UnsafeRawBufferPointer { view(head.methodName) }
    /// The request target as sent.
    package var target: UnsafeRawBufferPointer { view(head.target) }
    /// The query, without its question mark, still encoded.
    package var query: UnsafeRawBufferPointer { view(head.query) }
    /// Host and port as the client named them; empty if it did not.
    package var authority: UnsafeRawBufferPointer { view(head.authority) }

    /// The path, still encoded; `/` for an absolute URL without a path, `*` for OPTIONS of the
    /// whole server.
    package var path: UnsafeRawBufferPointer {
        let range = head.path
        guard range.isEmpty else { return view(range) }
        let root: StaticString = "/"
        return UnsafeRawBufferPointer(start: root.utf8Start, count: 1)
    }

    /// The value of a header's first line, trimmed; nil if the header is absent.
    @inline(__always)
    package func header(_ header: KnownHeader) -> UnsafeRawBufferPointer? {
        guard let range = head.value(header) else { return nil }
        return view(range)
    }

    /// Whether there is more than one line of a header.
    @inline(__always)
    package func isRepeated(_ header: KnownHeader) -> Bool { head.isRepeated(header) }

    /// Every header line in order, for lists spread over repeated lines and for logs.
    package var fields: HeaderFields { HeaderFields(head: headBytes) }

    @inline(__always)
    private func view(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        // The parser keeps every range inside the head; a head of another request would not.
        precondition(range.upperBound <= headBytes.count)
        guard let base = headBytes.baseAddress else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}
