import VarveBytes
import VarveIndex

// What the catalog knows of streams: by name, by id, by alarm, and all of them.

extension Catalog {
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
}
