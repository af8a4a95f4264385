import VarveIndex
import VarvePlatform

/// A database, the catalog's or that of the key-value store, as files in a directory, while nobody
/// changes it.
enum CatalogCopy {
    /// What a database makes anew whenever it is opened.
    private static func isWorthKeeping(_ name: String) -> Bool {
        name != "LOCK" && !name.hasPrefix("LOG")
    }

    /// Adds the files of the database in `directory` to a backup, as the directory `name`.
    static func add(
        _ directory: String, as name: String = Catalog.indexName, to writer: inout BackupWriter
    ) throws(LogError) {
        let target = "\(writer.directory)/\(name)"
        let names = try BackupWriter.call { () throws(SystemError) in
            try File.makeDirectory(target)
            return try File.list(directory)
        }
        for file in names where isWorthKeeping(file) {
            // Tables never change; the rest is rewritten or grows.
            try writer.add(
                "\(directory)/\(file)", as: "\(name)/\(file)",
                file.hasSuffix(".sst") ? .share : .copy)
        }
    }

    /// How far the catalog in `directory`, a backup, is settled, and the numbers of the segments
    /// that it counts on; nothing when it has none.
    static func contents(
        of directory: String
    ) throws(LogError) -> (mark: CatalogMark, segments: [UInt32]) {
        do throws(IndexError) {
            let index = try RocksIndexSource(rootDirectory: directory).openReadOnly(
                Catalog.indexName)
            let catalog = Catalog(index)
            defer { catalog.close() }
            do throws(LogError) {
                return (try catalog.mark(), try catalog.segments().map(\.number))
            } catch {
                throw IndexError.corruption(directory: directory, detail: error.description)
            }
        } catch {
            if case .notFound = error { return (.nothing, []) }
            throw LogError(error)
        }
    }

    /// Removes such a directory, if there is one, and nothing below it that is no plain file.
    static func remove(_ directory: String) throws(LogError) {
        guard File.exists(directory) else { return }
        try BackupWriter.call { () throws(SystemError) in
            for name in try File.list(directory) { try File.remove("\(directory)/\(name)") }
            try File.removeDirectory(directory)
        }
    }
}
