import Testing
import VarveIndex
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStore

/// A store over a volume and indexes that outlive it, with short words for what tests do.
final class TestStore {
    let log: EventLog
    let store: Store

    init(
        _ volume: any Volume = MemoryVolume(),
        indexes: any IndexSource = MemoryIndexSource(), options: StoreOptions = .small,
        seed: UInt64 = 1
    ) throws {
        log = try EventLog.open(
            volume: volume, options: options.log, clock: ManualClock(),
            random: SeededRandom(seed: seed), fold: nil)
        do {
            store = try Store(on: log, indexes: indexes, options: options)
        } catch {
            log.close()
            throw error
        }
    }

    func close() {
        store.close()
        log.close()
    }

    @discardableResult
    func put(_ pairs: KeyValuePairs<String, String>) throws -> UInt64 {
        try store.putBatch(pairs.map { StoreEntry($0.key, $0.value) })
    }

    @discardableResult
    func delete(_ keys: String...) throws -> UInt64 {
        try store.deleteBatch(keys.map { Array($0.utf8) })
    }

    func get(_ key: String) throws -> String? {
        try store.get(Array(key.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The keys of a range with their values, as `a=1 b=2`.
    func scan(
        _ from: String = "", _ through: String = "", limit: Int? = nil,
        _ order: ScanOrder = .ascending
    ) throws -> String {
        let scan = try store.rangeScan(
            from: Array(from.utf8), through: Array(through.utf8), limit: limit, order: order)
        return try Self.text(of: scan)
    }

    static func text(of scan: StoreScan) throws -> String {
        var entries: [String] = []
        while let entry = try scan.next() { entries.append(entry.text) }
        return entries.joined(separator: " ")
    }

    /// The entries of a batch, as `a=1 b=2`; nil when there is no such batch.
    func batch(_ sequence: UInt64) throws -> String? {
        try store.getBatch(sequence)?.map(\.text).joined(separator: " ")
    }
}

extension StoreEntry {
    init(_ key: String, _ value: String) {
        self.init(key: Array(key.utf8), value: Array(value.utf8))
    }

    /// `key=value`.
    var text: String {
        String(decoding: key, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self)
    }
}

extension StoreOptions {
    /// Small files, no marks but when closed, and no settling: what tests can predict.
    static var small: StoreOptions {
        var options = StoreOptions()
        options.log = LogOptions()
        options.log.fileBytes = 1 << 20
        options.log.sparesMax = 1
        options.log.idleMarkMilliseconds = nil
        options.log.settlesWhenClosed = false
        return options
    }
}
