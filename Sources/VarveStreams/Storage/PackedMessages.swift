/// Messages copied behind one another, with a view of each: what the engine takes.
///
/// Immutable; the views are valid for the call of `with`.
final class PackedMessages {
    private let bytes: UnsafeMutableRawBufferPointer
    private let views: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>

    /// Calls `body` with a copy of `messages`.
    static func with<R, E: Error>(
        _ messages: [[UInt8]], _ body: (PackedMessages) throws(E) -> R
    ) throws(E) -> R {
        let packed = PackedMessages(messages)
        defer { withExtendedLifetime(packed) {} }
        return try body(packed)
    }

    private init(_ messages: [[UInt8]]) {
        let count = messages.reduce(0) { $0 + $1.count }
        bytes = .allocate(byteCount: count, alignment: 1)
        views = .allocate(capacity: messages.count)
        var start = 0
        for (index, message) in messages.enumerated() {
            let place = UnsafeMutableRawBufferPointer(
                rebasing: bytes[start..<start + message.count])
            place.copyBytes(from: message)
            views.initializeElement(at: index, to: UnsafeRawBufferPointer(place))
            start += message.count
        }
    }

    deinit {
        bytes.deallocate()
        views.deallocate()
    }

    /// The messages as the content of a request.
    var content: StreamContent { .messages(UnsafeBufferPointer(views)) }

    /// One message.
    subscript(_ index: Int) -> UnsafeRawBufferPointer { views[index] }
}
