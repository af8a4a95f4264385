import VarvePlatform

/// What may be in the directory of an index.
///
/// RocksDB itself would make a new database in any directory without the file `CURRENT`, and remove
/// tables it finds there: so that is looked at first.
enum RocksDirectory {
    private static let current = "CURRENT"
    private static let lock = "LOCK"
    private static let tableSuffix = ".sst"
    /// How the names begin, or end, of what an index has before its first table.
    private static let prefixes = ["LOG", "LOCK", "IDENTITY", "MANIFEST-", "OPTIONS-"]
    private static let suffixes = [".log", ".dbtmp", RocksRunFile.suffix]

    /// Throws unless there is an index, or nothing but the beginning of one.
    static func checkForWriting(_ directory: String) throws(IndexError) {
        let names = try list(directory)
        if names.contains(current) { return }
        if names.contains(where: { $0.hasSuffix(tableSuffix) }) {
            throw .corruption(directory: directory, detail: "the file CURRENT is missing")
        }
        let isKnown = { (name: String) in
            prefixes.contains { name.hasPrefix($0) } || suffixes.contains { name.hasSuffix($0) }
        }
        if let foreign = names.first(where: { !isKnown($0) }) {
            throw .notAnIndex(directory: directory, detail: "it holds \(foreign), but not CURRENT")
        }
    }

    /// Throws unless there is an index.
    static func checkForReading(_ directory: String) throws(IndexError) {
        try checkForWriting(directory)
        guard try list(directory).contains(current) else {
            throw .notFound(directory: directory)
        }
    }

    /// Removes the runs that were not taken over before a crash.
    static func removeRuns(_ directory: String) throws(IndexError) {
        for name in try list(directory) where name.hasSuffix(RocksRunFile.suffix) {
            try remove("\(directory)/\(name)", in: directory)
        }
    }

    /// Removes the directory after RocksDB removed what it knows of.
    static func removeLeftovers(_ directory: String) throws(IndexError) {
        guard File.exists(directory) else { return }
        try removeRuns(directory)
        for name in try list(directory) where name == lock || name.hasPrefix("LOG") {
            try remove("\(directory)/\(name)", in: directory)
        }
        do {
            try File.removeDirectory(directory)
        } catch {
            throw IndexError(error, directory: directory)
        }
    }

    private static func list(_ directory: String) throws(IndexError) -> [String] {
        do {
            return try File.list(directory)
        } catch {
            throw IndexError(error, directory: directory)
        }
    }

    private static func remove(_ path: String, in directory: String) throws(IndexError) {
        do {
            try File.remove(path)
        } catch {
            throw IndexError(error, directory: directory)
        }
    }
}
