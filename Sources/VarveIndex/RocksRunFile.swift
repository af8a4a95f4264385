import CRocksDB
import VarvePlatform

/// A sorted run as a table file beside an index, until the index takes it over or it is dropped.
final class RocksRunFile {
    /// How the names of such files end; what a crash left of them is removed at opening.
    static let suffix = ".ingest"

    private let path: String
    private let database: RocksDatabase

    /// Writes and syncs the file.
    init(
        number: UInt64, of run: borrowing IndexBatch, for database: RocksDatabase
    ) throws(IndexError) {
        self.database = database
        path = "\(database.directory)/\(number)\(Self.suffix)"
        let environment = rocksdb_envoptions_create()
        defer { rocksdb_envoptions_destroy(environment) }
        let writer = rocksdb_sstfilewriter_create(environment, database.resources.options)
        defer { rocksdb_sstfilewriter_destroy(writer) }
        try RocksCall.run(database.directory) { message in
            rocksdb_sstfilewriter_open(writer, path, message)
        }
        try run.forEach { (operation) throws(IndexError) in
            guard case .put(let key, let value) = operation else { return }
            try RocksCall.run(database.directory) { message in
                rocksdb_sstfilewriter_put(
                    writer, key.characters, key.count, value.characters, value.count, message)
            }
        }
        try RocksCall.run(database.directory) { message in
            rocksdb_sstfilewriter_finish(writer, message)
        }
    }

    deinit {
        // Once taken over it has another name; a run that failed is of no use.
        try? File.remove(path)
    }

    /// Makes the file part of the index, as one change that is on stable storage afterwards.
    func ingest() throws(IndexError) {
        let options = rocksdb_ingestexternalfileoptions_create()
        defer { rocksdb_ingestexternalfileoptions_destroy(options) }
        rocksdb_ingestexternalfileoptions_set_move_files(options, 1)
        rocksdb_ingestexternalfileoptions_set_snapshot_consistency(options, 1)
        try RocksCall.run(database.directory) { message in
            path.withCString { path in
                var list: UnsafePointer<CChar>? = path
                rocksdb_ingest_external_file(database.handle, &list, 1, options, message)
            }
        }
    }
}
