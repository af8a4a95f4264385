import VarveBytes
import VarvePlatform
import VarveStorage

/// Puts a copy of files together in a directory of its own: the files, then the manifest.
///
/// Works on the files of the operating system, below any volume. Thread rule: one thread, which
/// waits for disks.
struct BackupWriter {
    /// How a file gets into the copy.
    enum Mode {
        /// Its bytes are copied.
        case copy
        /// It never changes: it gets a second name, where the file system can do that.
        case share
    }

    /// Says how far it has come: bytes done, and bytes to do.
    typealias Progress = (_ done: UInt64, _ total: UInt64) -> Void

    /// The directory.
    let directory: String
    /// The key of an encrypted log; its files are copied as they are.
    private let key: EncryptionKey?
    private let progress: Progress
    private var manifest = BackupManifest()
    private var done: UInt64 = 0
    /// How many bytes there will be.
    var total: UInt64 = 0

    private static let chunkBytes = 1 << 20

    /// Makes the directory, which must not exist, with the directories of a log.
    init(
        _ directory: String, key: EncryptionKey? = nil, progress: @escaping Progress
    ) throws(LogError) {
        self.directory = directory
        self.key = key
        self.progress = progress
        guard !File.exists(directory) else {
            throw .io(message: "\(directory): exists already" + Self.hint(about: directory))
        }
        try Self.call { () throws(SystemError) in
            for name in [Format.journalDirectory, SegmentFormat.directory] {
                try File.makeDirectory("\(directory)/\(name)")
            }
        }
    }

    /// What a directory is that is in the way, if it looks like a backup or a part of one. A log
    /// that was restored and never opened looks like a part, too: so nothing is removed here.
    private static func hint(about directory: String) -> String {
        let names = (try? File.list(directory)) ?? []
        if names.contains(BackupManifest.fileName) { return ", a complete backup" }
        guard names.contains(Format.journalDirectory), !names.contains("LOCK") else { return "" }
        return ", without the file \(BackupManifest.fileName): if a backup was broken off there, "
            + "remove the directory"
    }

    /// Adds the file at `source` under the path `name`, of its bytes the first `limit`.
    mutating func add(
        _ source: String, as name: String, limit: UInt64? = nil, _ mode: Mode = .copy
    ) throws(LogError) {
        let target = "\(directory)/\(name)"
        let isShared = mode == .share && (try? File.link(source, to: target)) != nil
        let (bytes, hash) = try Self.copy(
            source, to: isShared ? nil : target, limit: limit
        ) { count in
            done += UInt64(count)
            progress(done, max(done, total))
        }
        manifest.entries.append(.init(path: name, bytes: bytes, hash: hash))
    }

    /// Adds a file with these bytes.
    mutating func addText(_ text: String, as name: String) throws(LogError) {
        let bytes = Array(text.utf8)
        try Self.write(bytes, to: "\(directory)/\(name)")
        let hash = bytes.withUnsafeBytes { SHA256Hasher.hash($0) }
        manifest.entries.append(.init(path: name, bytes: UInt64(bytes.count), hash: hash))
    }

    /// Verifies the copy, writes down the heads of its streams and the manifest: now it is one.
    mutating func finish(lastLSN: UInt64, wallMilliseconds: UInt64) throws(LogError)
        -> BackupManifest
    {
        try synchronize()
        let report = try Self.verify(directory, key)
        guard report.lastLSN.rawValue >= lastLSN || !report.isClean else {
            throw .corruption(
                file: directory, byte: 0, count: 0,
                detail: "the copy ends with LSN \(report.lastLSN), the log had \(lastLSN)")
        }
        try addText(report.headLines, as: BackupManifest.headsName)
        manifest.lastLSN = report.lastLSN.rawValue
        manifest.wallMilliseconds = wallMilliseconds
        manifest.streamCount = UInt64(report.streamCount)
        manifest.damageCount = UInt64(report.damages.count)
        try synchronize()
        let name = "\(directory)/\(BackupManifest.fileName)"
        try Self.write(Array(manifest.encoded.utf8), to: name + ".new")
        try Self.call { () throws(SystemError) in try File.rename(name + ".new", to: name) }
        try synchronize()
        return manifest
    }

    /// Verifies the log in a directory that is a copy.
    static func verify(
        _ directory: String, _ key: EncryptionKey?
    ) throws(LogError) -> VerificationReport {
        let volume = try LogError.wrapping { () throws(StorageError) in
            try LogVolume.open(directory: directory, key: key, access: .readOnly, create: .never)
        }
        return try LogVerifier.verify(volume: volume)
    }

    /// Puts the names of everything on stable storage.
    private func synchronize() throws(LogError) {
        let directory = self.directory
        try Self.call { () throws(SystemError) in
            for name in try File.list(directory) where File.isDirectory("\(directory)/\(name)") {
                try File.synchronizeDirectory("\(directory)/\(name)")
            }
            try File.synchronizeDirectory(directory)
            try File.synchronizeDirectory(File.parent(of: directory) ?? ".")
        }
    }

    /// Hashes the first bytes of a file, and copies them if there is somewhere to.
    static func copy(
        _ source: String, to target: String?, limit: UInt64? = nil, _ progress: (Int) -> Void
    ) throws(LogError) -> (bytes: UInt64, hash: SHA256Digest) {
        let hasher = SHA256Hasher()
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: chunkBytes, alignment: 4096)
        defer { buffer.deallocate() }
        var position: UInt64 = 0
        do throws(SystemError) {
            let from = try File.open(source)
            let to = try target.map { (path) throws(SystemError) in
                Opened(try File.open(path, access: .readWrite, create: .exclusive))
            }
            while position < limit ?? .max {
                let wanted = Int(min(UInt64(buffer.count), (limit ?? .max) - position))
                let count = try File.read(
                    from.raw, at: position,
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
                if count == 0 { break }
                let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                hasher.update(piece)
                if let to { try File.write(to.descriptor.raw, piece, at: position) }
                position += UInt64(count)
                progress(count)
            }
            if let to { try File.synchronizeData(to.descriptor.raw) }
        } catch {
            throw mapped(error.path == nil ? error.about(target ?? source) : error)
        }
        if let limit, position < limit {
            throw .corruption(
                file: source, byte: position, count: limit - position, detail: "the file is cut")
        }
        return (position, hasher.finish())
    }

    /// A descriptor that an optional can hold.
    private final class Opened {
        let descriptor: Descriptor

        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(LogError) {
        try call { () throws(SystemError) in
            let file = try File.open(path, access: .readWrite, create: .ifMissing)
            try File.truncate(file.raw, to: 0)
            let raw = file.raw
            try bytes.span.withUnsafeBytes { (bytes) throws(SystemError) in
                try File.write(raw, bytes, at: 0)
            }
            try File.synchronizeData(file.raw)
        }
    }

    /// Runs system calls; what they throw becomes the log's error.
    static func call<R>(_ body: () throws(SystemError) -> R) throws(LogError) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            throw mapped(error)
        }
    }

    private static func mapped(_ error: SystemError) -> LogError {
        LogError(StorageError(error, path: error.path ?? ""))
    }
}
