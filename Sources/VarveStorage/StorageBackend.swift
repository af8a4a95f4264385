/// An opaque byte store: what is written at a position is read there again.
///
/// The log owns every format; a backend never interprets bytes. After a write, truncation or sync
/// that failed, a backend is poisoned: it refuses all further changes and goes on reading, and
/// `size` is what is really there.
///
/// Thread rule: any thread may call anything. Reads never wait for one another; changes happen one
/// after the other.
public protocol StorageBackend: AnyObject, Sendable {
    /// Where the next append goes: the number of bytes stored.
    var size: UInt64 { get }

    /// Fills `buffer` with exactly the bytes stored from `offset` on.
    ///
    /// Throws `readPastEnd` when there are not that many. An empty buffer at an offset up to the
    /// size reads nothing.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError)

    /// Stores `bytes` behind all others and returns the offset they begin at.
    ///
    /// An empty append returns the size and changes nothing.
    func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64

    /// Stores the bytes of `vectors`, one run after the other, from `offset` on, over what is there
    /// and possibly beyond the end.
    ///
    /// Throws `writePastEnd` when `offset` is beyond the end, which would leave a hole.
    func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError)

    /// When it returns, everything stored so far survives the end of this process.
    func flush() throws(StorageError)

    /// When it returns, everything stored so far, and the size, survive a loss of power.
    ///
    /// The name of a new file needs `Volume.syncDirectory` too.
    func sync() throws(StorageError)

    /// Removes everything from `size` on; throws `truncatePastEnd` when there is less than that.
    func truncate(to size: UInt64) throws(StorageError)
}

extension StorageBackend {
    /// Stores `bytes` from `offset` on, as `write` does with several runs.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try withUnsafePointer(to: bytes) { (pointer) throws(StorageError) in
            try write(UnsafeBufferPointer(start: pointer, count: 1), at: offset)
        }
    }
}
