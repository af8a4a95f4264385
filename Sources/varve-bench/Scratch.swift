import VarveLog
import VarvePlatform
import VarveStorage

/// A directory for one benchmark's log, removed afterwards.
final class Scratch {
    /// The directory's path.
    let path: String

    private let key: EncryptionKey?

    /// A new directory where `options` want it, for logs that are encrypted if they say so.
    init(_ options: BenchmarkOptions) throws {
        key = options.isEncrypted ? EncryptionKey([UInt8](repeating: 7, count: 32)) : nil
        path =
            "\(options.directory)/varve-bench-\(Machine.processIdentifier)-\(SystemRandom().next())"
        try File.makeDirectory(path)
    }

    deinit {
        for directory in ["journal", "segments", "catalog", "index"] {
            for name in (try? File.list("\(path)/\(directory)")) ?? [] {
                try? File.remove("\(path)/\(directory)/\(name)")
            }
            try? File.removeDirectory("\(path)/\(directory)")
        }
        try? File.remove("\(path)/LOCK")
        try? File.removeDirectory(path)
    }

    /// Opens the log in the directory.
    func open(_ durability: Durability = .sync) throws -> EventLog {
        var options = LogOptions()
        options.durability = durability
        return try open(options)
    }

    /// Opens the log in the directory with these options.
    func open(_ options: LogOptions) throws -> EventLog {
        try EventLog.open(directory: path, key: key, options: options)
    }

    /// Has the system forget the files below the directory, so that the next read is the disk's;
    /// how many bytes of them it still keeps, where 0 is what is wanted.
    func forgetFiles() throws -> UInt64 {
        var cached: UInt64 = 0
        for directory in ["journal", "segments", "catalog", "index"] {
            for name in (try? File.list("\(path)/\(directory)")) ?? [] {
                // Files come and go while a log is open.
                guard let file = try? File.open("\(path)/\(directory)/\(name)") else { continue }
                try File.synchronize(file.raw)
                try FileCache.drop(file.raw)
                cached += try FileCache.cachedBytes(file.raw)
            }
        }
        return cached
    }

    /// The directory as a volume.
    func volume() throws -> any Volume {
        try LogVolume.open(directory: path, key: key)
    }
}
