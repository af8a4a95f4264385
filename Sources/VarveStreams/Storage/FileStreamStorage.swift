import VarveLog
import VarvePlatform
import VarveStorage

/// Durable streams in a directory. One process at a time.
public typealias FileStreamStorage = EngineStorage<StorageInDirectory>

/// Says that a storage is in a directory.
public enum StorageInDirectory {}

extension EngineStorage where Place == StorageInDirectory {
    /// Opens the streams in a directory, making it when there is none.
    ///
    /// - Parameters:
    ///   - rootDirectory: the directory; nothing else may be in it.
    ///   - maxTotalBytes: the most stored bytes of all streams together; nil = no limit.
    ///   - maxStreamBytes: the most stored bytes of one stream; nil = no limit.
    ///   - syncOnAppend: whether a change is on stable storage when its method returns. If not, it
    ///     survives the death of the process, and a loss of power may take it back.
    /// - Throws: `storage` with the code `locked`, `corruption`, `foreign-file`, `newer-format`,
    ///   `io`…
    public convenience init(
        rootDirectory: String, maxTotalBytes: UInt64? = nil, maxStreamBytes: UInt64? = nil,
        syncOnAppend: Bool = true
    ) throws(StreamStorageError) {
        var logOptions = LogOptions()
        logOptions.durability = syncOnAppend ? .sync : .os
        try self.init(rootDirectory, logOptions, maxTotalBytes, maxStreamBytes)
    }

    /// The same with any options of the log.
    convenience init(
        _ rootDirectory: String, _ logOptions: LogOptions, _ maxTotalBytes: UInt64?,
        _ maxStreamBytes: UInt64?
    ) throws(StreamStorageError) {
        let volume: FileVolume
        do {
            volume = try FileVolume(rootDirectory: rootDirectory)
        } catch {
            throw .storage(code: "io", detail: error.description)
        }
        try self.init(
            volume: volume, logOptions: logOptions, maxTotalBytes: maxTotalBytes,
            maxStreamBytes: maxStreamBytes, clock: SystemClock(), random: SystemRandom())
    }
}
