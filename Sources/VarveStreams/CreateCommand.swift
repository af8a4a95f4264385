package import VarveLog

/// A request to create a stream. All memory is the caller's and is only used during the call.
package struct CreateCommand {
    /// The decoded name.
    package var name: UnsafeRawBufferPointer
    /// The content type as given; nil for the default, or that of the stream that is forked.
    package var contentType: UnsafeRawBufferPointer?
    /// When the stream goes by itself; `unlimited` when nothing is said: a fork has then what its
    /// source has.
    package var lifetime: StreamLifetime = .unlimited
    /// The value of `Stream-Expires-At` as given, to be echoed; empty unless `lifetime` is
    /// absolute.
    package var lifetimeText = UnsafeRawBufferPointer(start: nil, count: 0)
    /// How much of the stream is kept. A fork does not inherit it.
    package var retention = StreamRetention.everything
    /// How what is settled of it is stored; nil when nothing is said: as a fork's source, or as the
    /// options say.
    package var compression: RunEncoding?
    /// Whether the stream is closed from the start, behind its first content.
    package var isClosed = false
    /// What it forks; nil for a stream of its own.
    package var fork: ForkCommand?
    /// The first content.
    package var content = StreamContent.none

    /// A request for an open stream of the default type without content.
    package init(name: UnsafeRawBufferPointer) {
        self.name = name
    }
}
