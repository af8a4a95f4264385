import Synchronization
import VarveBytes
import VarveIndex

/// The settled streams: their records, where their bytes lie, and how far the log is settled.
///
/// A fold of the segments, kept in an ordered index: what it has can always be made again from
/// them. One settling's changes end with the mark; a crash leaves a prefix of them, which is
/// applied again from the segment when the log is opened. Thread rule: reading from anywhere;
/// `apply` by one thread at a time.
final class Catalog: Sendable {
    /// The name of its index.
    static let indexName = "catalog"
    /// Batches end when they have this many bytes.
    static let batchBytes = 1 << 20

    private let open: Mutex<(any OrderedIndex)?>
    /// Held while changes are written that belong together, and while all is copied: a copy has
    /// them whole or not at all. Why some were begun and could not be ended; nil when all were.
    private let halfChange = Mutex<LogError?>(nil)

    /// The catalog in `index`, which closes with it.
    init(_ index: any OrderedIndex) {
        open = Mutex(index)
    }

    /// Closes the index, so that it can be opened again; later calls throw `closed`.
    func close() {
        open.withLock { $0 = nil }
    }

    /// What it is kept in; throws `closed` behind `close`.
    var index: any OrderedIndex {
        get throws(LogError) {
            guard let index = open.withLock({ $0 }) else { throw .closed }
            return index
        }
    }

    /// Copies the database to `path`, which must not exist, as it is at one moment: behind one
    /// settling or merge and before the next.
    ///
    /// Throws `catalogFailed` behind one that failed in the middle. A copy would have a part of it
    /// and not the segment that opening the log makes the rest from.
    func copy(to path: String) throws(LogError) {
        let index = try index
        try halfChange.withLock { (failure) throws(LogError) in
            if let failure { throw failure }
            try LogError.wrappingIndex { () throws(IndexError) in try index.checkpoint(to: path) }
        }
    }

    /// Throws `catalogFailed` when it could not be copied.
    func checkWholeness() throws(LogError) {
        if let failure = halfChange.withLock({ $0 }) { throw failure }
    }

    /// Runs `body`, which writes changes that belong together.
    ///
    /// Throws `catalogFailed`, or `corruption`, and from then on always the same: what was begun
    /// cannot be the base of another change.
    func changing<R>(_ body: () throws(LogError) -> R) throws(LogError) -> R {
        try halfChange.withLock { (failure) throws(LogError) in
            if let failure { throw failure }
            do throws(LogError) {
                return try body()
            } catch {
                var cause = LogError.catalogFailed(cause: error.description)
                if case .corruption = error { cause = error }
                failure = cause
                throw cause
            }
        }
    }

    /// How far the log is settled.
    func mark() throws(LogError) -> CatalogMark {
        guard let value = try value(of: CatalogKey.mark) else { return .nothing }
        guard let mark = value.withUnsafeBytes({ CatalogMark(decoding: $0) }) else {
            throw Self.corruption("its mark is not one")
        }
        return mark
    }

    /// What all streams amount to.
    func totals() throws(LogError) -> CatalogTotals {
        guard let value = try value(of: CatalogKey.totals) else { return CatalogTotals() }
        guard let totals = value.withUnsafeBytes({ CatalogTotals(decoding: $0) }) else {
            throw Self.corruption("its totals are not totals")
        }
        return totals
    }

    // MARK: The index

    func value(of key: [UInt8]) throws(LogError) -> [UInt8]? {
        let index = try index
        return try LogError.wrappingIndex { () throws(IndexError) in try index.value(of: key) }
    }

    func scan(
        _ range: IndexRange,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(LogError) -> Void
    ) throws(LogError) {
        try scanWhile(range) { (key, value) throws(LogError) in
            try body(key, value)
            return true
        }
    }

    func scanWhile(
        _ range: IndexRange,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(LogError) -> Bool
    ) throws(LogError) {
        let index = try index
        var failure: LogError?
        _ = try LogError.wrappingIndex { () throws(IndexError) in
            try index.scan(range) { key, value in
                do throws(LogError) {
                    return try body(key, value)
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
    }

    /// Waits until everything that was written is on stable storage.
    func flush() throws(LogError) {
        let index = try index
        try LogError.wrappingIndex { () throws(IndexError) in try index.flush() }
    }

    func write(_ batch: borrowing IndexBatch) throws(LogError) {
        let index = try index
        do throws(IndexError) {
            try index.write(batch)
        } catch {
            throw LogError(error)
        }
    }

    func put(
        _ key: [UInt8], _ value: [UInt8], to batch: inout IndexBatch
    ) throws(LogError) {
        do throws(IndexError) {
            try batch.put(key, value)
        } catch {
            throw LogError(error)
        }
    }

    func delete(_ key: [UInt8], from batch: inout IndexBatch) throws(LogError) {
        do throws(IndexError) {
            try batch.delete(key)
        } catch {
            throw LogError(error)
        }
    }

    static func bytes(_ encode: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        encode(&writer)
        return Array(writer.bytes)
    }

    static func corruption(_ detail: String) -> LogError {
        .corruption(file: indexName, byte: 0, count: 0, detail: detail)
    }
}
