package import VarveStorage

/// A journal file that is open, for reading and, if it is the newest, for writing.
package final class JournalFile: Sendable {
    /// The file's number.
    package let number: UInt32
    /// Its bytes.
    package let backend: any StorageBackend
    /// The same, if it can tell a read that would wait for a disk.
    let immediate: (any ImmediateReader)?

    /// Wraps an open file.
    init(number: UInt32, backend: any StorageBackend) {
        self.number = number
        self.backend = backend
        immediate = backend as? any ImmediateReader
    }

    /// Reads without waiting for a disk; false when that is not possible.
    ///
    /// Memory is always immediate: a backend that cannot tell is not a file.
    func readImmediately(
        at byte: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(LogError) -> Bool {
        do {
            if let immediate { return try immediate.readImmediately(at: byte, into: buffer) }
            try backend.read(at: byte, into: buffer)
            return true
        } catch {
            throw LogError(error)
        }
    }

    /// Reads, waiting as long as it takes.
    func read(at byte: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(LogError) {
        do {
            try backend.read(at: byte, into: buffer)
        } catch {
            throw LogError(error)
        }
    }
}
