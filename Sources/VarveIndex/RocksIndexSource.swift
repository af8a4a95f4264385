import CRocksDB
import VarvePlatform

/// Indexes on disk, each in a directory of its name below one root.
package final class RocksIndexSource: IndexSource {
    /// The directory as it was given.
    package let rootDirectory: String
    private let resources: RocksResources

    /// A source below `rootDirectory`, which the first index that is made makes too.
    package init(rootDirectory: String, options: RocksIndexOptions = RocksIndexOptions()) {
        self.rootDirectory = rootDirectory
        resources = RocksResources(options)
    }

    package func open(
        _ name: String, behind barrier: IndexBarrier?
    ) throws(IndexError) -> any OrderedIndex {
        let directory = try path(name)
        if File.exists(directory) {
            try RocksDirectory.checkForWriting(directory)
        } else {
            try makeDirectory(directory)
        }
        // The database keeps a copy.
        let heldBack = barrier == nil ? nil : try resources.optionsThatHoldBack(directory)
        defer { if let heldBack { rocksdb_options_destroy(heldBack) } }
        let handle = try Self.opening { () throws(IndexError) in
            try RocksCall.run(directory) { message in
                rocksdb_open(heldBack ?? resources.options, directory, message)
            }
        }
        let database = try database(handle, directory)
        // Only now: before, they could have been another process's.
        try RocksDirectory.removeRuns(directory)
        return RocksIndex(database, isReadOnly: false, behind: barrier)
    }

    package func openReadOnly(_ name: String) throws(IndexError) -> any OrderedIndex {
        let directory = try path(name)
        guard File.exists(directory) else { throw .notFound(directory: directory) }
        try RocksDirectory.checkForReading(directory)
        let handle = try Self.opening { () throws(IndexError) in
            try RocksCall.run(directory) { message in
                rocksdb_open_for_read_only(resources.options, directory, 0, message)
            }
        }
        return RocksIndex(try database(handle, directory), isReadOnly: true)
    }

    package func destroy(_ name: String) throws(IndexError) {
        let directory = try path(name)
        guard File.exists(directory) else { return }
        try RocksDirectory.checkForWriting(directory)
        // RocksDB takes the lock, and removes what is its own only.
        try RocksCall.run(directory) { message in
            rocksdb_destroy_db(resources.options, directory, message)
        }
        try RocksDirectory.removeLeftovers(directory)
        try Self.synchronizeParent(of: directory)
    }

    /// Puts the name of `path` on stable storage.
    static func synchronizeParent(of path: String) throws(IndexError) {
        let parent = File.parent(of: path) ?? ""
        do {
            try File.synchronizeDirectory(parent.isEmpty ? "." : parent)
        } catch {
            throw IndexError(error, directory: path)
        }
    }

    private func path(_ name: String) throws(IndexError) -> String {
        try IndexName.check(name)
        return "\(rootDirectory)/\(name)"
    }

    private func database(
        _ handle: OpaquePointer?, _ directory: String
    ) throws(IndexError) -> RocksDatabase {
        guard let handle else {
            throw .failed(directory: directory, detail: "opening gave neither index nor error")
        }
        return RocksDatabase(handle, directory: directory, resources: resources)
    }

    private func makeDirectory(_ directory: String) throws(IndexError) {
        let isNewRoot = !File.exists(rootDirectory)
        do {
            try File.makeDirectory(directory)
        } catch {
            throw IndexError(error, directory: directory)
        }
        try Self.synchronizeParent(of: directory)
        if isNewRoot { try Self.synchronizeParent(of: rootDirectory) }
    }

    private static func opening<R>(_ body: () throws(IndexError) -> R) throws(IndexError) -> R {
        do {
            return try body()
        } catch {
            throw error.whileOpening()
        }
    }
}
