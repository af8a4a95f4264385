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
    /// them whole or not at all. True when some were begun and could not be ended.
    private let isHalfChanged = Mutex(false)

    /// The catalog in `index`, which closes with it.
    init(_ index: any OrderedIndex) {
        open = Mutex(index)
    }

    /// Closes the index, so that it can be opened again; later calls throw `closed`.
    func close() {
        open.withLock { $0 = nil }
    }

    private var index: any OrderedIndex {
        get throws(LogError) {
            guard let index = open.withLock({ $0 }) else { throw .closed }
            return index
        }
    }

    /// Copies the database to `path`, which must not exist, as it is at one moment: behind one
    /// settling or merge and before the next.
    ///
    /// Throws `io` behind one that failed in the middle: opening the log makes up for it.
    func copy(to path: String) throws(LogError) {
        let index = try index
        try isHalfChanged.withLock { (isHalf) throws(LogError) in
            guard !isHalf else {
                throw .io(
                    message: "the catalog could not take the last change: open the log again "
                        + "before it is copied")
            }
            try LogError.wrappingIndex { () throws(IndexError) in try index.checkpoint(to: path) }
        }
    }

    /// Runs `body`, which writes changes that belong together.
    func changing<R>(_ body: () throws(LogError) -> R) throws(LogError) -> R {
        try isHalfChanged.withLock { (isHalf) throws(LogError) in
            isHalf = true
            let result = try body()
            isHalf = false
            return result
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

    /// The stream of that name; nil when there is none.
    ///
    /// - Throws: `wouldBlock` if not `blocking` and only the disk knows.
    func stream(
        named name: UnsafeRawBufferPointer, blocking: Bool
    ) throws(LogError) -> StreamID? {
        guard (1...Format.nameBytesMax).contains(name.count) else { return nil }
        let index = try index
        var id: StreamID?
        let lookup = try CatalogKey.withName(name) { (key) throws(LogError) in
            try LogError.wrappingIndex { () throws(IndexError) in
                try index.get(key, waiting: blocking) { id = CatalogKey.stream(inValue: $0) }
            }
        }
        switch lookup {
        case .absent: return nil
        case .wouldBlock: throw .wouldBlock
        case .found:
            guard let id else { throw Self.corruption("a name's stream is not one") }
            return id
        }
    }

    /// The record of the stream of that id; nil when the catalog has none.
    func record(_ id: StreamID) throws(LogError) -> StreamRecord? {
        guard let value = try value(of: CatalogKey.record(id)) else { return nil }
        let record = try value.span.withUnsafeBytes { (bytes) throws(LogError) in
            try StreamRecord(decoding: bytes, in: Self.indexName)
        }
        guard record.id == id else {
            throw Self.corruption("stream \(id) has another one's record")
        }
        return record
    }

    /// Calls `body` with the streams whose names begin with `prefix` and come after `after`, by
    /// name, until it returns false.
    func forEachName(
        prefix: [UInt8], after: [UInt8]?, _ body: (StreamID) throws(LogError) -> Bool
    ) throws(LogError) {
        let all = IndexRange(prefix: CatalogKey.name(prefix))
        // The first key behind a key is that key and a zero.
        let from = after.map { CatalogKey.name($0) + [0] } ?? []
        let isLater = all.from.withUnsafeBytes { first in
            from.withUnsafeBytes { first.precedes($0) }
        }
        let range = isLater ? IndexRange(from: from, before: all.before) : all
        try scanWhile(range) { (_, value) throws(LogError) in
            guard let id = CatalogKey.stream(inValue: value) else {
                throw Self.corruption("a name's stream is not one")
            }
            return try body(id)
        }
    }

    /// Calls `body` with the alarms behind `alarm` and up to the moment `end`, in milliseconds
    /// since 1970, by moment, until it returns false.
    func forEachAlarm(
        after alarm: StreamAlarm, through end: UInt64,
        _ body: (StreamAlarm) throws(LogError) -> Bool
    ) throws(LogError) {
        guard alarm.milliseconds <= end else { return }
        let from = CatalogKey.alarm(alarm.milliseconds, alarm.stream) + [0]
        let last = CatalogKey.alarm(end, StreamID(rawValue: .max)) + [0]
        try scanWhile(IndexRange(from: from, before: last)) { (key, _) throws(LogError) in
            guard key.count == 17 else { throw Self.corruption("an alarm is not one") }
            return try body(
                StreamAlarm(
                    milliseconds: CatalogKey.number(key, at: 1),
                    stream: StreamID(rawValue: CatalogKey.number(key, at: 9))))
        }
    }

    /// What all streams amount to.
    func totals() throws(LogError) -> CatalogTotals {
        guard let value = try value(of: CatalogKey.totals) else { return CatalogTotals() }
        guard let totals = value.withUnsafeBytes({ CatalogTotals(decoding: $0) }) else {
            throw Self.corruption("its totals are not totals")
        }
        return totals
    }

    /// The forks of a stream, and where each begins in it, by id; found without either stream.
    func forks(
        of source: StreamID
    ) throws(LogError) -> [(fork: StreamID, position: StreamPosition)] {
        var forks: [(fork: StreamID, position: StreamPosition)] = []
        try scan(IndexRange(prefix: CatalogKey.forks(of: source))) {
            (key, value) throws(LogError) in
            guard key.count == 17, value.count == 16, let base = value.baseAddress else {
                throw Self.corruption("a fork of stream \(source) is not one")
            }
            let position = StreamPosition(
                record: base.loadLittleEndian(0), byte: base.loadLittleEndian(8))
            forks.append((StreamID(rawValue: CatalogKey.number(key, at: 9)), position))
        }
        return forks
    }

    /// The numbers of the segments in use, ascending, and how many bytes of each belong to streams
    /// that are gone, or were trimmed away.
    func segments() throws(LogError) -> [(number: UInt32, deadBytes: UInt64)] {
        var segments: [(number: UInt32, deadBytes: UInt64)] = []
        try scan(IndexRange(prefix: CatalogKey.segments)) { (key, value) throws(LogError) in
            guard key.count == 9 else { throw Self.corruption("a segment's key is not one") }
            segments.append(
                (
                    UInt32(truncatingIfNeeded: CatalogKey.number(key, at: 1)),
                    try Self.segmentValue(value).deadBytes
                ))
        }
        return segments
    }

    /// The stream of that id; nil when the catalog has none.
    func stream(_ id: StreamID) throws(LogError) -> SettledStream? {
        var found: SettledStream?
        try forEachStream(in: IndexRange(prefix: CatalogKey.stream(id))) {
            (stream) throws(LogError) in
            found = stream
        }
        if var runs = found?.runs {
            try sortTies(&runs)
            found?.runs = runs
        }
        return found
    }

    /// The record and the state of that stream, without its runs; nil when the catalog has none.
    func state(of id: StreamID) throws(LogError) -> SettledStream? {
        var found: SettledStream?
        let range = IndexRange(from: CatalogKey.record(id), before: CatalogKey.runs(of: id))
        try forEachStream(in: range) { (stream) throws(LogError) in found = stream }
        return found
    }

    /// Calls `body` for every stream, by id; runs that begin at the same record may come in any
    /// order. Memory does not grow with their number.
    func forEachStream(
        _ body: (SettledStream) throws(LogError) -> Void
    ) throws(LogError) {
        try forEachStream(in: IndexRange(prefix: CatalogKey.streams), body)
    }

    private func forEachStream(
        in range: IndexRange, _ body: (SettledStream) throws(LogError) -> Void
    ) throws(LogError) {
        var current: SettledStream?
        try scan(range) { (key, value) throws(LogError) in
            guard let (id, part) = CatalogKey.parse(key) else {
                throw Self.corruption("a stream's key is not one")
            }
            switch part {
            case .record:
                if let current { try body(current) }
                current = SettledStream(
                    record: try StreamRecord(decoding: value, in: Self.indexName))
                guard current?.record.id == id else {
                    throw Self.corruption("stream \(id) has another one's record")
                }
            case .entry(let key):
                current?.entries.append(StateEntry(key: Array(key), value: Array(value)))
            case .run:
                current?.runs.append(try SettledRun(decoding: value, in: Self.indexName))
            }
            guard current?.record.id == id else {
                throw Self.corruption("stream \(id) has no record")
            }
        }
        if let current { try body(current) }
    }

    /// Writes what a cut changed, whose segment begins with the LSN `first`, the mark last, and
    /// waits until all of it is on stable storage; how many bytes of which segments are dead by it.
    @discardableResult
    func apply(
        _ changes: [CatalogChange], segment: UInt32, from first: LSN, mark: CatalogMark
    ) throws(LogError) -> [UInt32: UInt64] {
        try changing { () throws(LogError) in
            try applyAll(changes, segment: segment, from: first, mark: mark)
        }
    }

    private func applyAll(
        _ changes: [CatalogChange], segment: UInt32, from first: LSN, mark: CatalogMark
    ) throws(LogError) -> [UInt32: UInt64] {
        var dead = DeadBytes()
        var batch = IndexBatch(capacity: Self.batchBytes)
        var totals = try self.totals()
        let (forked, released) = Self.sources(changes)
        for change in changes {
            if !change.record.isDeleted { try noteTrim(change, &dead, forked: forked) }
            try add(change, to: &batch, &dead)
            totals.note(change.record, after: change.previous)
            guard batch.byteCount >= Self.batchBytes else { continue }
            try put(totals, dead.take(), to: &batch)
            try write(batch)
            batch.clear()
        }
        try put(totals, dead.take(), to: &batch)
        if !released.isEmpty {
            // What was changed so far is looked at.
            try write(batch)
            batch.clear()
            for source in released { try noteRelease(of: source, &dead) }
            try put(dead.take(), to: &batch)
        }
        let value = Self.segmentValue(deadBytes: 0, first: first.rawValue)
        try put(CatalogKey.segment(segment), value, to: &batch)
        try put(CatalogKey.mark, mark.encoded, to: &batch)
        try write(batch)
        try flush()
        return dead.all
    }

    private func put(
        _ totals: CatalogTotals, _ dead: [(segment: UInt32, bytes: UInt64)],
        to batch: inout IndexBatch
    ) throws(LogError) {
        try put(CatalogKey.totals, totals.encoded, to: &batch)
        try put(dead, to: &batch)
    }

    private func add(
        _ change: CatalogChange, to batch: inout IndexBatch, _ dead: inout DeadBytes
    ) throws(LogError) {
        let record = change.record
        if let alarm = change.previous?.alarmMilliseconds, alarm != record.alarmMilliseconds {
            try delete(CatalogKey.alarm(alarm, record.id), from: &batch)
        }
        guard !record.isDeleted else { return try remove(change, from: &batch, &dead) }
        try put(CatalogKey.record(record.id), Self.bytes { record.encode(into: &$0) }, to: &batch)
        if change.previous == nil {
            try put(CatalogKey.name(record.name), CatalogKey.stream(record.id), to: &batch)
            try addFork(record, to: &batch)
        }
        for entry in change.entries {
            try put(CatalogKey.entry(record.id, entry.key), entry.value, to: &batch)
        }
        if let run = change.run {
            try put(
                CatalogKey.run(record.id, run), Self.bytes { run.encode(into: &$0) }, to: &batch)
        }
        if let alarm = record.alarmMilliseconds {
            try put(CatalogKey.alarm(alarm, record.id), [], to: &batch)
        }
    }

    private func addFork(
        _ record: StreamRecord, to batch: inout IndexBatch
    ) throws(LogError) {
        guard let origin = record.origin else { return }
        let position = Self.bytes { writer in
            writer.append(origin.position.record)
            writer.append(origin.position.byte)
        }
        try put(CatalogKey.fork(of: origin.source, record.id), position, to: &batch)
    }

    /// Removes everything of a deleted stream; its name only if no later stream has it.
    private func remove(
        _ change: CatalogChange, from batch: inout IndexBatch, _ dead: inout DeadBytes
    ) throws(LogError) {
        let record = change.record
        // What lies before was counted when it was trimmed away.
        let visibleStart = change.previous?.visibleStart ?? .start
        var keys: [[UInt8]] = []
        try scan(IndexRange(prefix: CatalogKey.stream(record.id))) {
            (key, value) throws(LogError) in
            keys.append(Array(key))
            guard case .run = CatalogKey.parse(key)?.part else { return }
            let run = try SettledRun(decoding: value, in: Self.indexName)
            if run.end.record > visibleStart.record { dead.add(run) }
        }
        for key in keys { try delete(key, from: &batch) }
        if let origin = record.origin {
            try delete(CatalogKey.fork(of: origin.source, record.id), from: &batch)
        }
        let name = CatalogKey.name(record.name)
        if try value(of: name) == CatalogKey.stream(record.id) { try delete(name, from: &batch) }
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

    private func scanWhile(
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
