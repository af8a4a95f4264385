/// A stretch of a run, ready to be sent.
package enum ReadSlice: @unchecked Sendable {
    // Sendable: the bytes are never written again while the owner is held.
    /// Bytes in memory, valid while `owner` is held.
    case memory(owner: AnyObject, bytes: UnsafeRawBufferPointer)
    /// Bytes of a file that were checked and that never change while `owner` is held.
    case file(owner: AnyObject, descriptor: Int32, offset: UInt64, count: Int)
}
