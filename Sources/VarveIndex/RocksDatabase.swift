import CRocksDB

/// An open database of RocksDB; it closes when the last reference is gone.
///
/// Closing waits for the background threads to leave it and writes what was not flushed.
//
// @unchecked Sendable: the pointer is constant, and RocksDB's functions on a database may be called
// from any thread.
final class RocksDatabase: @unchecked Sendable {
    let handle: OpaquePointer
    let directory: String
    let resources: RocksResources

    init(_ handle: OpaquePointer, directory: String, resources: RocksResources) {
        self.handle = handle
        self.directory = directory
        self.resources = resources
    }

    deinit {
        rocksdb_close(handle)
    }

    /// Looks up one key; see `IndexReader`.
    func get(
        _ key: UnsafeRawBufferPointer, _ reading: RocksReadOptions, waiting: Bool,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup {
        try IndexLimits.checkKey(key)
        let options = reading.options(waiting: waiting)
        let lookup = try RocksCall.runWithoutWaiting(directory) { message in
            rocksdb_get_pinned(handle, options, key.characters, key.count, message)
        }
        guard let slice = lookup else { return .wouldBlock }
        guard let slice else { return .absent }
        defer { rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let value = rocksdb_pinnableslice_value(slice, &count)
        body(UnsafeRawBufferPointer(start: value, count: count))
        return .found
    }

    /// Goes through a range; see `IndexReader`.
    func scan(
        _ range: IndexRange, _ order: ScanOrder, _ reading: RocksReadOptions, waiting: Bool,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        if range.isEmpty { return .exhausted }
        let options = reading.makeForScan(waiting: waiting)
        defer { rocksdb_readoptions_destroy(options) }
        // The bounds are not copied: they must stay where they are until the iterator is gone.
        return try range.from.span.withUnsafeBytes { (from) throws(IndexError) in
            if !from.isEmpty {
                rocksdb_readoptions_set_iterate_lower_bound(options, from.characters, from.count)
            }
            guard let before = range.before else {
                return try iterate(order, options, body)
            }
            return try before.span.withUnsafeBytes { (before) throws(IndexError) in
                rocksdb_readoptions_set_iterate_upper_bound(
                    options, before.characters, before.count)
                return try iterate(order, options, body)
            }
        }
    }

    private func iterate(
        _ order: ScanOrder, _ options: OpaquePointer,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        let iterator = rocksdb_create_iterator(handle, options)
        defer { rocksdb_iter_destroy(iterator) }
        switch order {
        case .ascending: rocksdb_iter_seek_to_first(iterator)
        case .descending: rocksdb_iter_seek_to_last(iterator)
        }
        while rocksdb_iter_valid(iterator) != 0 {
            var keyCount = 0
            var valueCount = 0
            let key = rocksdb_iter_key(iterator, &keyCount)
            let value = rocksdb_iter_value(iterator, &valueCount)
            let goesOn = body(
                UnsafeRawBufferPointer(start: key, count: keyCount),
                UnsafeRawBufferPointer(start: value, count: valueCount))
            if !goesOn { return .stopped }
            switch order {
            case .ascending: rocksdb_iter_next(iterator)
            case .descending: rocksdb_iter_prev(iterator)
            }
        }
        // An iterator that fails is not valid either: only the error tells.
        let end: Void? = try RocksCall.runWithoutWaiting(directory) { message in
            rocksdb_iter_get_error(iterator, message)
        }
        return end == nil ? .wouldBlock : .exhausted
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes as the C interface takes them.
    var characters: UnsafePointer<CChar>? {
        baseAddress?.assumingMemoryBound(to: CChar.self)
    }
}
