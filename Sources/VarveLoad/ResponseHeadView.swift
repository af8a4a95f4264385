import VarveHTTP

/// A response's head with the bytes it lies in; valid for the call that passes it.
struct ResponseHeadView {
    /// The parsed head.
    let head: ResponseHead
    /// The first byte of the head.
    let base: UnsafeRawPointer

    /// The status.
    var status: Int { head.status }

    /// The bytes of a header's value, nil when it is absent.
    func value(_ header: KnownHeader) -> UnsafeRawBufferPointer? {
        head.headers.value(header).map {
            UnsafeRawBufferPointer(start: base + $0.lowerBound, count: $0.count)
        }
    }
}
