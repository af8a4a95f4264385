/// A backend that can tell whether a read would wait for a disk, so that an event loop may try.
public protocol ImmediateReader: AnyObject, Sendable {
    /// Fills `buffer` with the bytes stored from `offset` on, as `StorageBackend.read` does.
    ///
    /// False when that would have to wait for a disk or otherwise take long; what `buffer` holds
    /// then is undefined.
    func readImmediately(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Bool
}
