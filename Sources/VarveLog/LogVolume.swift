package import VarveIndex
package import VarveStorage

/// Opens the volume that holds a log, encrypted or not.
///
/// Whether the files there are encrypted is looked at before anything else is done with them: a key
/// for a plain log, an encrypted log without a key, and a wrong key are refused with the name of a
/// file, and nothing has changed then.
package enum LogVolume {
    /// Bytes that tell what a file is.
    private static let magicBytes = 8

    /// The volume in `directory`, under `key` if there is one.
    ///
    /// - Throws: `keyMissing`, `notEncrypted`, `wrongKey`, `rekeyUnfinished`, and what opening and
    ///   reading throw.
    package static func open(
        directory: String, key: EncryptionKey?, access: FileVolume.Access = .readWrite,
        create: CreateMode = .ifMissing
    ) throws(StorageError) -> any Volume {
        let files = try FileVolume(rootDirectory: directory, access: access, create: create)
        do {
            return try open(in: files, key: key)
        } catch {
            switch error {
            case .keyMissing(let path): throw .keyMissing(path: "\(directory)/\(path)")
            case .wrongKey(let path): throw .wrongKey(path: "\(directory)/\(path)")
            case .rekeyUnfinished(let path):
                throw .rekeyUnfinished(path: "\(directory)/\(path)")
            case .notEncrypted(let path): throw .notEncrypted(path: "\(directory)/\(path)")
            default: throw error
            }
        }
    }

    /// The log's view of `volume`: itself, or encrypted under `key`; refused when the files that
    /// are there are not of that kind.
    package static func open(
        in volume: any Volume, key: EncryptionKey?
    ) throws(StorageError) -> any Volume {
        if try Rekeying.isComplete(volume) {
            throw .rekeyUnfinished(path: RekeyFormat.completePath)
        }
        let encrypted = key.map { EncryptedVolume(volume, key: $0) }
        let root = try volume.list("")
        for directory in [Format.journalDirectory, SegmentFormat.directory, Catalog.indexName]
        where root.contains(directory) {
            // Temporary files are never read, those of the catalog's database by it alone.
            let names =
                directory == Catalog.indexName
                ? ["CURRENT"] : try volume.list(directory).filter { !$0.hasPrefix(".") }
            try check(names.map { "\(directory)/\($0)" }, in: volume, encrypted)
        }
        return encrypted ?? volume
    }

    /// Where a log in `volume` keeps its catalog; nil = in memory, made again from the segments
    /// whenever it is opened.
    package static func indexes(of volume: any Volume) -> (any IndexSource)? {
        guard let files = volume as? FileVolume else { return nil }
        return RocksIndexSource(rootDirectory: files.rootDirectory)
    }

    private static func check(
        _ paths: [String], in volume: any Volume, _ encrypted: EncryptedVolume?
    ) throws(StorageError) {
        var isKeyChecked = false
        for path in paths {
            guard let isEncrypted = try isEncrypted(path, in: volume) else { continue }
            guard let encrypted else {
                if isEncrypted { throw .keyMissing(path: path) }
                continue
            }
            guard isEncrypted else { throw .notEncrypted(path: path) }
            if !isKeyChecked { _ = try encrypted.open(path, create: .never) }
            isKeyChecked = true
        }
    }

    /// Whether a file is encrypted; nil when it holds nothing that could tell, or is not there.
    static func isEncrypted(
        _ path: String, in volume: any Volume
    ) throws(StorageError) -> Bool? {
        let file: any StorageBackend
        do {
            file = try volume.open(path, create: .never)
        } catch {
            // It has just been removed or given another name, or is something else: that is for
            // those who know the directory.
            switch error {
            case .notFound, .notAFile: return nil
            default: throw error
            }
        }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: magicBytes, alignment: 8)
        defer { bytes.deallocate() }
        guard file.size >= UInt64(magicBytes) else { return nil }
        try file.read(at: 0, into: bytes)
        if EncryptedVolume.isEncrypted(UnsafeRawBufferPointer(bytes)) { return true }
        // Zeros at the beginning are a plain journal file that was prepared, or an encrypted file
        // that a loss of power left without its header.
        if bytes.allSatisfy({ $0 == 0 }), file.size <= EncryptedVolume.headBytes { return nil }
        return false
    }
}
