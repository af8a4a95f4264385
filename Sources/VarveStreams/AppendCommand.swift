package import VarveLog

/// A request to append to a stream, to close it, or both. All memory is the caller's and is only
/// used during the call.
package struct AppendCommand {
    /// The longest `Stream-Seq`, in bytes.
    package static let sequenceBytesMax = 256

    /// What to append.
    package var content = StreamContent.none
    /// The content type of the content; nil when the request has none.
    package var contentType: UnsafeRawBufferPointer?
    /// What an idempotent producer says.
    package var producer: ProducerTuple?
    /// The value of `Stream-Seq`.
    package var sequence: UnsafeRawBufferPointer?
    /// Whether the stream is closed behind the content.
    package var closes = false
    /// The tail that the caller expects, from `If-Match`.
    package var ifMatch: StreamPosition?

    /// A request that does nothing yet.
    package init() {}
}
