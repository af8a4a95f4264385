package import VarveBytes

/// The bytes of one encoded batch, or of several, that nobody changes any more.
//
// @unchecked Sendable: the writer is constant, and nothing is written through it.
package final class BatchMemory: @unchecked Sendable {
    private let writer: ByteWriter

    /// Takes over what was written.
    package init(_ writer: consuming ByteWriter) {
        self.writer = writer
    }

    /// The bytes, valid as long as this is referenced.
    package var bytes: UnsafeRawBufferPointer { writer.bytes }
}
