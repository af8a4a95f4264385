/// A request to create a stream. All memory is the caller's and is only used during the call.
package struct CreateCommand {
    /// The decoded name.
    package var name: UnsafeRawBufferPointer
    /// The content type as given; nil for the default.
    package var contentType: UnsafeRawBufferPointer?
    /// When the stream goes by itself.
    package var lifetime: StreamLifetime = .unlimited
    /// The value of `Stream-Expires-At` as given, to be echoed; empty unless `lifetime` is
    /// absolute.
    package var lifetimeText = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Whether the stream is closed from the start, behind its first content.
    package var isClosed = false
    /// The first content.
    package var content = StreamContent.none

    /// A request for an open stream of the default type without content.
    package init(name: UnsafeRawBufferPointer) {
        self.name = name
    }
}
