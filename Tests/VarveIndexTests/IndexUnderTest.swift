import ServerProcess
import VarveIndex
import VarveSimulation

/// The forms of the index that every claim is tested on.
enum IndexKind: CaseIterable, Sendable {
    case rocks
    case memory
    case simulated
}

/// A fresh source of one form; what it left on disk is removed with it.
final class IndexUnderTest: Sendable {
    let source: any IndexSource
    /// The root of a source on disk.
    let directory: TemporaryDirectory?

    init(_ kind: IndexKind, options: RocksIndexOptions = RocksIndexOptions()) throws {
        switch kind {
        case .rocks:
            let directory = try TemporaryDirectory()
            self.directory = directory
            source = RocksIndexSource(rootDirectory: directory.path, options: options)
        case .memory:
            directory = nil
            source = MemoryIndexSource()
        case .simulated:
            directory = nil
            source = SimulatedIndexSource()
        }
    }

    /// Opens an index that keeps its directory for as long as it is used.
    func open(_ name: String = "index") throws(IndexError) -> any OrderedIndex {
        HeldIndex(try source.open(name), of: self)
    }

    /// The same for reading.
    func openReadOnly(_ name: String = "index") throws(IndexError) -> any OrderedIndex {
        HeldIndex(try source.openReadOnly(name), of: self)
    }

    /// Where a copy goes that the source can open as `name`.
    func place(_ name: String) -> String { directory?.path(name) ?? name }
}

extension OrderedIndex {
    /// Writes one batch of puts.
    func put(_ pairs: KeyValuePairs<String, String>) throws {
        var batch = IndexBatch()
        for (key, value) in pairs { try batch.put(Array(key.utf8), Array(value.utf8)) }
        try write(batch)
    }

    /// Writes one batch of deletions.
    func delete(_ keys: String...) throws {
        var batch = IndexBatch()
        for key in keys { try batch.delete(Array(key.utf8)) }
        try write(batch)
    }

    /// Ingests a run of puts.
    func ingest(_ pairs: KeyValuePairs<String, String>) throws {
        var batch = IndexBatch()
        for (key, value) in pairs { try batch.put(Array(key.utf8), Array(value.utf8)) }
        try ingest(batch)
    }

    /// Writes one range deletion.
    func deleteRange(_ range: IndexRange) throws {
        var batch = IndexBatch()
        try batch.deleteRange(range)
        try write(batch)
    }
}

extension IndexReader {
    /// The value of a key as text.
    func text(_ key: String) throws -> String? {
        try value(of: Array(key.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Everything in a range as `key=value`, in order.
    func list(_ range: IndexRange = .all, _ order: ScanOrder = .ascending) throws -> [String] {
        var found: [String] = []
        let end = try scan(range, order, waiting: true) { key, value in
            found.append(
                String(decoding: key, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self))
            return true
        }
        guard end == .exhausted else { throw ScanEnded(end: end) }
        return found
    }

    /// Every key and value.
    func contents() throws -> [[UInt8]: [UInt8]] {
        var found: [[UInt8]: [UInt8]] = [:]
        try scan(.all) { key, value in
            found[Array(key)] = Array(value)
            return true
        }
        return found
    }
}

/// A scan that should have come to the end of its range did not.
struct ScanEnded: Error {
    let end: ScanEnd
}

extension IndexRange {
    /// A range between two texts.
    init(_ from: String, _ before: String?) {
        self.init(from: Array(from.utf8), before: before.map { Array($0.utf8) })
    }

    /// The range of a prefix.
    init(prefix: String) {
        self.init(prefix: Array(prefix.utf8))
    }
}

/// What `body` throws as an index's error, nil when it does not.
func failure(_ body: () throws -> Void) -> IndexError? {
    do {
        try body()
        return nil
    } catch {
        return error as? IndexError
    }
}
