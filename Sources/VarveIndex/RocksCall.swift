import CRocksDB

/// Calls of RocksDB that report errors.
enum RocksCall {
    /// Where a function of RocksDB leaves the text of its error.
    typealias Message = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Runs one call; its error becomes one about `directory`.
    static func run<R>(
        _ directory: String, _ body: (Message) -> R
    ) throws(IndexError) -> R {
        var message: UnsafeMutablePointer<CChar>?
        let result = body(&message)
        guard let message else { return result }
        defer { rocksdb_free(message) }
        throw IndexError(rocksText: String(cString: message), directory: directory)
    }

    /// Runs one call that may not wait for the disk; nil when it would have to.
    static func runWithoutWaiting<R>(
        _ directory: String, _ body: (Message) -> R
    ) throws(IndexError) -> R? {
        var message: UnsafeMutablePointer<CChar>?
        let result = body(&message)
        guard let message else { return result }
        defer { rocksdb_free(message) }
        let text = String(cString: message)
        if text.hasPrefix("Result incomplete") { return nil }
        throw IndexError(rocksText: text, directory: directory)
    }
}
