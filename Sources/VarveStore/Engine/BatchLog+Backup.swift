import VarveIndex
import VarveLog

/// Backups: the index is copied with the log, since it may have what the log has not any more.
extension BatchLog: LogCompanion {
    func withCopy(
        to path: String, _ body: () throws(LogError) -> Void
    ) throws(LogError) -> Bool {
        do throws(StoreError) {
            let ordered = try applier.index.ordered
            guard ordered is RocksIndex else { return false }
            // Behind what is applied nothing is dropped, and nothing at all meanwhile.
            return try planning { () throws(StoreError) in
                try StoreIndex.wrapping { () throws(IndexError) in
                    try ordered.checkpoint(to: path)
                }
                try Store.wrap { () throws(LogError) in try body() }
                return true
            }
        } catch {
            if case .log(let error) = error { throw error }
            throw .io(message: error.description)
        }
    }
}
