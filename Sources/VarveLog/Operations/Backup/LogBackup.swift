import VarveBytes
import VarveIndex
import VarvePlatform
package import VarveStorage

/// Copies of a log that nobody has open, and the way back.
///
/// A log that is open copies itself: `EventLog.backup`.
public enum LogBackup {
    /// The directories that a log may have.
    private static let directories = [
        Format.journalDirectory, SegmentFormat.directory, Catalog.indexName,
        Format.indexDirectory,
    ]

    /// Copies the log in `source` to `target`, which must not exist. Segments are shared by links
    /// where the file system can.
    ///
    /// - Throws: `locked` while the log is open, `missingFile`, `foreignFile`, `io`.
    @discardableResult
    package static func copy(
        directory source: String, key: EncryptionKey? = nil, to target: String,
        wallMilliseconds: UInt64,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws(LogError) -> BackupManifest {
        let volume = try LogError.wrapping { () throws(StorageError) in
            try LogVolume.open(directory: source, key: key, access: .readOnly, create: .never)
        }
        let lock = try LogError.wrapping { () throws(StorageError) in try volume.lock(.shared) }
        defer { lock.release() }
        let journal = try JournalDirectory(reading: volume)
        let segments = try SegmentDirectory(reading: volume)
        return try withoutActuallyEscaping(progress) { progress throws(LogError) in
            var writer = try BackupWriter(target, key: key, progress: progress)
            writer.total = journal.files.reduce(0) { $0 + $1.size }
            for number in segments.numbers {
                let path = SegmentName(number: number).path
                try writer.add("\(source)/\(path)", as: path, .share)
            }
            if File.isDirectory("\(source)/\(Catalog.indexName)") {
                try CatalogCopy.add("\(source)/\(Catalog.indexName)", to: &writer)
            }
            if File.isDirectory("\(source)/\(Format.indexDirectory)") {
                try CatalogCopy.add(
                    "\(source)/\(Format.indexDirectory)", as: Format.indexDirectory, to: &writer)
            }
            for file in journal.files {
                try writer.add("\(source)/\(file.name.path)", as: file.name.path)
            }
            return try writer.finish(lastLSN: 0, wallMilliseconds: wallMilliseconds)
        }
    }

    /// What the backup in `directory` says that it consists of.
    ///
    /// - Throws: `missingFile` when it is no backup or not a complete one; `corruption`.
    public static func manifest(of directory: String) throws(LogError) -> BackupManifest {
        let path = "\(directory)/\(BackupManifest.fileName)"
        let text = try read(path, bytesMax: BackupManifest.bytesMax)
        return try BackupManifest(decoding: text, in: path)
    }

    /// Makes a log in `target`, which must not exist or be empty, from the backup in `source`.
    ///
    /// Every file is compared with the manifest, and the log is verified, before it gets its name:
    /// a directory of that name is there whole or not at all.
    /// - Throws: `corruption` that names what is not as it was backed up, `missingFile`, `io`.
    @discardableResult
    package static func restore(
        from source: String, key: EncryptionKey? = nil, to target: String,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws(LogError) -> BackupManifest {
        let manifest = try manifest(of: source)
        try checkNames(source, manifest)
        let isThere = File.exists(target)
        if isThere {
            let names = try BackupWriter.call { () throws(SystemError) in try File.list(target) }
            guard names.isEmpty else { throw .io(message: "\(target): is not empty") }
        }
        let place = "\(target).being-restored"
        try removeRest(place)
        do throws(LogError) {
            try copyFiles(manifest, from: source, to: place, progress)
            try check(place, key, against: manifest, headsOf: source)
        } catch {
            // What is left would only take space, which may be what was missing.
            try? removeRest(place)
            throw error
        }
        try BackupWriter.call { () throws(SystemError) in
            for name in try File.list(place) {
                try File.synchronizeDirectory("\(place)/\(name)")
            }
            try File.synchronizeDirectory(place)
            if isThere { try File.removeDirectory(target) }
            try File.rename(place, to: target)
            try File.synchronizeDirectory(File.parent(of: target) ?? ".")
        }
        return manifest
    }

    private static func copyFiles(
        _ manifest: BackupManifest, from source: String, to place: String,
        _ progress: (UInt64, UInt64) -> Void
    ) throws(LogError) {
        let total = manifest.bytes
        var done: UInt64 = 0
        try BackupWriter.call { () throws(SystemError) in
            for name in directories {
                try File.makeDirectory("\(place)/\(name)")
            }
        }
        for entry in manifest.entries {
            let isHeads = entry.path == BackupManifest.headsName
            let (bytes, hash) = try BackupWriter.copy(
                "\(source)/\(entry.path)", to: isHeads ? nil : "\(place)/\(entry.path)"
            ) { count in
                done += UInt64(count)
                progress(done, total)
            }
            guard bytes == entry.bytes, hash == entry.hash else {
                throw .corruption(
                    file: "\(source)/\(entry.path)", byte: 0, count: bytes,
                    detail: "it is not what was backed up (\(entry.bytes) bytes, SHA-256 "
                        + "\(entry.hash.hex))")
            }
        }
        // An empty directory is not a database.
        try BackupWriter.call { () throws(SystemError) in
            for name in [Catalog.indexName, Format.indexDirectory] {
                let database = "\(place)/\(name)"
                if try File.list(database).isEmpty { try File.removeDirectory(database) }
            }
        }
    }

    /// Throws unless the backup has exactly the files of its manifest.
    private static func checkNames(
        _ source: String, _ manifest: BackupManifest
    ) throws(LogError) {
        var known = Set(manifest.entries.map(\.path))
        known.insert(BackupManifest.fileName)
        var found: Set<String> = []
        try BackupWriter.call { () throws(SystemError) in
            for name in try File.list(source) {
                guard File.isDirectory("\(source)/\(name)") else {
                    found.insert(name)
                    continue
                }
                for inner in try File.list("\(source)/\(name)") { found.insert("\(name)/\(inner)") }
            }
        }
        if let missing = known.subtracting(found).min() {
            throw .missingFile(path: "\(source)/\(missing)")
        }
        if let foreign = found.subtracting(known).min() {
            throw .foreignFile(path: "\(source)/\(foreign)")
        }
    }

    /// Verifies what was restored, and compares its heads with those of the backup.
    private static func check(
        _ place: String, _ key: EncryptionKey?, against manifest: BackupManifest,
        headsOf source: String
    ) throws(LogError) {
        let report = try BackupWriter.verify(place, key)
        let heads = try read(
            "\(source)/\(BackupManifest.headsName)", bytesMax: BackupManifest.bytesMax)
        guard UInt64(report.damages.count) == manifest.damageCount,
            report.lastLSN.rawValue == manifest.lastLSN, Array(report.headLines.utf8) == heads
        else {
            throw .corruption(
                file: place, byte: 0, count: 0,
                detail: "what was restored has other heads than the backup, or damage that it had "
                    + "not")
        }
    }

    /// Removes what an interrupted restoring left.
    private static func removeRest(_ place: String) throws(LogError) {
        guard File.exists(place) else { return }
        for name in directories {
            try CatalogCopy.remove("\(place)/\(name)")
        }
        try BackupWriter.call { () throws(SystemError) in try File.removeDirectory(place) }
    }

    private static func read(_ path: String, bytesMax: UInt64) throws(LogError) -> [UInt8] {
        guard File.exists(path) else { throw .missingFile(path: path) }
        return try BackupWriter.call { () throws(SystemError) in
            let file = try File.open(path)
            let size = try File.size(file.raw)
            // More than that is no manifest: its beginning is refused as well.
            var bytes = [UInt8](repeating: 0, count: Int(min(size, bytesMax)))
            var span = bytes.mutableSpan
            let count = try span.withUnsafeMutableBytes { (buffer) throws(SystemError) in
                try File.read(file.raw, at: 0, into: buffer)
            }
            bytes.removeLast(bytes.count - count)
            return bytes
        }
    }
}
