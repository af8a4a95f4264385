import Synchronization
import VarvePlatform

/// A backend in a file of the operating system.
///
/// Nothing is buffered here: a write is in the page cache when it returns, so it survives the
/// process; `sync` is fdatasync. Reads are positional and take no lock.
public final class FileBackend: StorageBackend, ImmediateReader, DescriptorBackend,
    ReservingBackend
{
    private let file: Descriptor
    /// The file's path, for messages.
    private let path: String
    private let isReadOnly: Bool
    /// Readers load it without a lock; changed only by the holder of `changes`.
    private let sizeNow: Atomic<UInt64>
    /// Held during every change, so that they happen one after the other; its value is the failure
    /// after which no other change is allowed.
    private let changes = Mutex<StorageError?>(nil)

    /// How many runs of a vectored write are handed to the kernel at once.
    private static let vectorBatchMax = 128

    /// Takes over an open file.
    init(
        _ descriptor: consuming Descriptor, path: String, isReadOnly: Bool
    ) throws(StorageError) {
        let raw = descriptor.raw
        sizeNow = Atomic(
            try StorageError.wrapping(path) { () throws(SystemError) in try File.size(raw) })
        file = descriptor
        self.path = path
        self.isReadOnly = isReadOnly
    }

    /// True after a change failed.
    var isPoisoned: Bool { changes.withLock { $0 != nil } }

    public var descriptor: Int32 { file.raw }

    public var size: UInt64 { sizeNow.load(ordering: .acquiring) }

    public func read(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) {
        try checkRead(offset, buffer.count)
        let count = try StorageError.wrapping(path) { () throws(SystemError) in
            try File.read(file.raw, at: offset, into: buffer)
        }
        guard count == buffer.count else { throw cutShort(offset, buffer.count) }
    }

    public func readImmediately(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Bool {
        try checkRead(offset, buffer.count)
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = try StorageError.wrapping(path) { () throws(SystemError) in
                try File.readNoWait(file.raw, at: offset + UInt64(done), into: rest)
            }
            guard let count else { return false }
            guard count > 0 else { throw cutShort(offset, buffer.count) }
            done += count
        }
        return true
    }

    public func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
        try change { () throws(SystemError) in
            let offset = sizeNow.load(ordering: .relaxed)
            try File.write(file.raw, bytes, at: offset)
            sizeNow.store(offset + UInt64(bytes.count), ordering: .releasing)
            return offset
        }
    }

    public func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError) {
        try change(
            unless: { size in
                offset <= size ? nil : .writePastEnd(path: path, offset: offset, size: size)
            }
        ) { () throws(SystemError) in
            var position = offset
            var first = 0
            while first < vectors.count {
                let end = min(first + Self.vectorBatchMax, vectors.count)
                position += try writeBatch(
                    UnsafeBufferPointer(rebasing: vectors[first..<end]), at: position)
                first = end
            }
            if position > sizeNow.load(ordering: .relaxed) {
                sizeNow.store(position, ordering: .releasing)
            }
        }
    }

    /// Checks only that the file is not poisoned: written bytes are with the kernel already.
    public func flush() throws(StorageError) {
        try change { () throws(SystemError) in }
    }

    public func sync() throws(StorageError) {
        try flush()
        // Outside the lock: writes may go on while the disk works. What they add is not promised by
        // this sync, and a failure poisons the file for them too.
        do {
            try File.synchronizeData(file.raw)
        } catch {
            let failure = StorageError(error, path: path)
            changes.withLock { $0 = $0 ?? failure }
            throw failure
        }
    }

    public func truncate(to size: UInt64) throws(StorageError) {
        try change(
            unless: { now in
                size <= now ? nil : .truncatePastEnd(path: path, requested: size, size: now)
            }
        ) { () throws(SystemError) in
            guard size < sizeNow.load(ordering: .relaxed) else { return }
            try File.truncate(file.raw, to: size)
            sizeNow.store(size, ordering: .releasing)
        }
    }

    public func reserve(_ byteCount: UInt64) throws(StorageError) {
        try change { () throws(SystemError) in try File.reserve(file.raw, count: byteCount) }
    }

    /// Traps unless the size known here is the file's; for tests, while nobody changes the file.
    package func checkInvariants() {
        precondition((try? File.size(file.raw)) == size, "the size is what is there")
    }

    /// Runs one change alone, unless `objection` has one for the size the file has then. A failure
    /// poisons the file and corrects the size to what is there; an objection does neither.
    private func change<R: Sendable>(
        unless objection: (UInt64) -> StorageError? = { _ in nil },
        _ body: () throws(SystemError) -> R
    ) throws(StorageError) -> R {
        if isReadOnly { throw .readOnly(path: path) }
        return try changes.withLock { (poison) throws(StorageError) in
            if let poison { throw .poisoned(path: path, cause: poison) }
            if let error = objection(sizeNow.load(ordering: .relaxed)) { throw error }
            do throws(SystemError) {
                return try body()
            } catch {
                let failure = StorageError(error, path: path)
                poison = failure
                // Should even the size not be known, the one from before the change stays: it never
                // counts bytes that are not there.
                if let actual = try? File.size(file.raw) {
                    sizeNow.store(actual, ordering: .releasing)
                }
                throw failure
            }
        }
    }

    /// Writes up to `vectorBatchMax` runs and returns how many bytes they have.
    private func writeBatch(
        _ batch: UnsafeBufferPointer<UnsafeRawBufferPointer>, at position: UInt64
    ) throws(SystemError) -> UInt64 {
        try withUnsafeTemporaryAllocation(of: IOVector.self, capacity: batch.count) {
            (vectors) throws(SystemError) in
            var count: UInt64 = 0
            for index in 0..<batch.count {
                vectors.initializeElement(at: index, to: IOVector(batch[index]))
                count += UInt64(batch[index].count)
            }
            try File.write(file.raw, UnsafeBufferPointer(vectors), at: position)
            return count
        }
    }

    private func checkRead(_ offset: UInt64, _ count: Int) throws(StorageError) {
        let size = self.size
        guard offset <= size, UInt64(count) <= size - offset else {
            throw .readPastEnd(path: path, offset: offset, count: count, size: size)
        }
    }

    /// The error for a file that ended before its size: another program has cut it.
    private func cutShort(_ offset: UInt64, _ count: Int) -> StorageError {
        let actual = (try? File.size(file.raw)) ?? offset
        return .readPastEnd(path: path, offset: offset, count: count, size: actual)
    }
}
