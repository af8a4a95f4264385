package import VarveLog

/// What a request to create a stream says of the stream that it forks.
package struct ForkCommand {
    /// The source's name, decoded; the caller's memory, valid for the call.
    package var source: UnsafeRawBufferPointer
    /// `Stream-Fork-Offset`; nil for the tail.
    package var offset: StreamPosition?
    /// `Stream-Fork-Sub-Offset`: bytes, or JSON messages, behind the offset.
    package var subOffset: UInt64

    /// A fork of the stream `source`.
    package init(
        source: UnsafeRawBufferPointer, offset: StreamPosition? = nil, subOffset: UInt64 = 0
    ) {
        self.source = source
        self.offset = offset
        self.subOffset = subOffset
    }
}
