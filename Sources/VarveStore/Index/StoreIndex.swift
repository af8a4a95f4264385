import Synchronization
import VarveBytes
import VarveIndex
import VarveLog

/// The keys with their values, and how far they follow the log: a fold of the store's two streams.
///
/// Thread rule: reading from anywhere; writing by whoever holds the applier's lock.
final class StoreIndex: Sendable {
    private let held: Mutex<(any OrderedIndex)?>
    /// Whether what was flushed is there after a crash, or the log is not there either.
    let outlivesLog: Bool

    /// A store's index in `ordered`.
    init(_ ordered: any OrderedIndex, outlivesLog: Bool) {
        held = Mutex(ordered)
        self.outlivesLog = outlivesLog
    }

    /// The map below.
    /// - Throws: `log` with `closed`.
    var ordered: any OrderedIndex {
        get throws(StoreError) {
            guard let ordered = held.withLock({ $0 }) else { throw .log(.closed) }
            return ordered
        }
    }

    /// Puts everything on stable storage and lets go of the map, which closes with its last reader.
    func close() {
        let ordered = held.withLock { held in
            defer { held = nil }
            return held
        }
        // What is not flushed is made again from the log.
        try? ordered?.flush()
    }

    /// Runs calls of the index below; what they throw becomes a store error.
    static func wrapping<R>(_ body: () throws(IndexError) -> R) throws(StoreError) -> R {
        do {
            return try body()
        } catch {
            throw .index(error.description)
        }
    }

    /// The marker as `reader` has it; nil in a new index.
    static func marker(in reader: any IndexReader) throws(StoreError) -> IndexMarker? {
        let value = try wrapping { () throws(IndexError) in
            try reader.value(of: IndexFormat.markerKey)
        }
        return try value.map { (bytes) throws(StoreError) in try IndexMarker(decoding: bytes) }
    }

    /// The value of a key as `reader` has it, without its sequence.
    static func value(
        of key: UnsafeRawBufferPointer, in reader: any IndexReader
    ) throws(StoreError) -> [UInt8]? {
        try row(of: key, in: reader) { value in
            guard value.count >= IndexFormat.sequenceBytes else { return nil }
            return Array(value[IndexFormat.sequenceBytes...])
        }
    }

    /// The sequence of the batch that wrote a key last; nil when the key is not there.
    static func sequence(
        of key: UnsafeRawBufferPointer, in reader: any IndexReader
    ) throws(StoreError) -> UInt64? {
        try row(of: key, in: reader) { try? IndexFormat.sequence(of: $0) }
    }

    /// The value of a key and the sequence of the batch that wrote it; nil when it is not there, is
    /// longer than `bytesMax`, or the disk would be waited for.
    static func rowAtHand(
        of key: UnsafeRawBufferPointer, bytesMax: Int, in reader: any IndexReader
    ) throws(StoreError) -> (value: [UInt8], sequence: UInt64)? {
        let row = try row(of: key, in: reader, waiting: false) {
            (row) -> (value: [UInt8]?, sequence: UInt64)? in
            guard let sequence = try? IndexFormat.sequence(of: row) else { return nil }
            let value = row[IndexFormat.sequenceBytes...]
            return (value.count <= bytesMax ? Array(value) : nil, sequence)
        }
        guard let row, let value = row.value else { return nil }
        return (value, row.sequence)
    }

    /// What `body` makes of a row's value; nil when the key is not there, or when it is not to be
    /// waited for and that would be needed.
    private static func row<R>(
        of key: UnsafeRawBufferPointer, in reader: any IndexReader, waiting: Bool = true,
        _ body: (UnsafeRawBufferPointer) -> R?
    ) throws(StoreError) -> R? {
        guard key.count <= StoreLimits.keyBytesMax else { return nil }
        var result: R?
        let lookup = try wrapping { () throws(IndexError) in
            try IndexFormat.withKey(key) { (key) throws(IndexError) in
                try reader.get(key, waiting: waiting) { result = body($0) }
            }
        }
        guard lookup == .found else { return nil }
        guard let result else { throw .index("a row's value is shorter than a sequence") }
        return result
    }
}
