import VarvePlatform

/// The file `LOCK` of a directory while it is locked (flock), with the owner's process id inside.
///
/// The file stays when the lock is released: its contents mean something only while it is locked.
final class LockFile: Sendable {
    private let descriptor: Descriptor
    private let path: String
    /// What the file held before this locked it; nil when this made the file.
    private let before: [UInt8]?

    /// The most bytes of the file that are looked at or kept.
    private static let contentBytesMax = 64
    /// How often others may exchange the file between our opening and locking it.
    private static let attemptsMax = 100

    private init(
        _ descriptor: consuming Descriptor, path: String, isNew: Bool
    ) throws(SystemError) {
        before = isNew ? nil : try Self.content(descriptor.raw)
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        File.unlock(descriptor.raw)
    }

    /// Locks `directory` for one owner; makes the file when there is none and writes the process id
    /// into it. A refusal changes nothing.
    static func lockExclusive(directory: String) throws(StorageError) -> VolumeLock {
        let path = "\(directory)/LOCK"
        for _ in 0..<attemptsMax {
            let isNew = !File.exists(path)
            let mode: File.CreateMode = isNew ? .exclusive : .never
            do {
                let descriptor = try File.open(path, access: .readWrite, create: mode)
                guard try File.lockExclusive(descriptor.raw) else { break }
                guard File.identity(path) == File.identity(descriptor.raw) else { continue }
                let file = try LockFile(descriptor, path: path, isNew: isNew)
                try file.announce()
                return VolumeLock { ending in
                    if case .abandoned = ending { file.restore() }
                }
            } catch {
                // Another process made or removed the file after we looked.
                let isRace = error.code == (isNew ? ErrorNumber.exists : ErrorNumber.notFound)
                guard isRace, File.isDirectory(directory) else {
                    throw StorageError(error, path: path)
                }
            }
        }
        throw .locked(directory: directory, pid: holder(path))
    }

    /// Locks `directory` together with other readers. Without a file nobody has ever owned the
    /// directory: there is nothing to lock, and nothing is written.
    static func lockShared(directory: String) throws(StorageError) -> VolumeLock {
        let path = "\(directory)/LOCK"
        for _ in 0..<attemptsMax {
            do {
                let descriptor = try File.open(path)
                guard try File.lockShared(descriptor.raw) else { break }
                guard File.identity(path) == File.identity(descriptor.raw) else { continue }
                let file = try LockFile(descriptor, path: path, isNew: false)
                // Capturing the file keeps its descriptor, and so the lock, while the closure
                // lives.
                return VolumeLock { _ in withExtendedLifetime(file) {} }
            } catch {
                if error.code == ErrorNumber.notFound { return VolumeLock { _ in } }
                throw StorageError(error, path: path)
            }
        }
        throw .locked(directory: directory, pid: holder(path))
    }

    /// Writes the process id; when that fails the file is as before.
    private func announce() throws(SystemError) {
        do {
            try replaceContent("\(Machine.processIdentifier)\n")
        } catch {
            restore()
            throw error
        }
    }

    /// The process that holds the lock alone; nil when it is shared or its owner is not known.
    private static func holder(_ path: String) -> Int32? {
        guard let descriptor = try? File.open(path),
            (try? File.lockShared(descriptor.raw)) == false,
            let bytes = try? content(descriptor.raw)
        else { return nil }
        return Int32(String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self))
    }

    private static func content(_ descriptor: Int32) throws(SystemError) -> [UInt8] {
        try withUnsafeTemporaryAllocation(byteCount: contentBytesMax, alignment: 1) {
            (buffer) throws(SystemError) in
            let count = try File.read(descriptor, at: 0, into: buffer)
            return Array(buffer[..<count])
        }
    }

    /// Written before it is cut, so that the file is never without contents.
    private func replaceContent(_ text: String) throws(SystemError) {
        var text = text
        let outcome = text.withUTF8 { bytes in
            Result { () throws(SystemError) in
                try File.write(descriptor.raw, UnsafeRawBufferPointer(bytes), at: 0)
                try File.truncate(descriptor.raw, to: UInt64(bytes.count))
            }
        }
        try outcome.get()
    }

    /// Leaves the file as it was found, or away if this made it.
    private func restore() {
        // A failure leaves a process id behind that means nothing once the lock is gone.
        if let before {
            try? replaceContent(String(decoding: before, as: UTF8.self))
        } else {
            try? File.remove(path)
        }
    }
}
