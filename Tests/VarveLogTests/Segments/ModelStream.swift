import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// One record as a test thinks of it.
struct ModelRecord {
    var payload: [UInt8] = []
    var kind = RecordKind.data
    var separator: UInt8?
    /// Of a redacted record, whose payload is only room.
    var leaf: SHA256Digest?

    var stored: [UInt8] { payload + (separator.map { [$0] } ?? []) }

    var entry: LengthEntry {
        LengthEntry(length: payload.count, kind: kind, hasSeparator: separator != nil)
    }
}

/// One stream of a segment as a test thinks of it: sets of records, with everything computed
/// plainly.
struct ModelStream {
    var record: StreamRecord
    var entries: [StateEntry] = []
    var start = StreamPosition.start
    var headBefore: ChainHash
    var encoding = RunEncoding.none
    let sets: [[ModelRecord]]
    /// Every boundary from the run's start to its end, and the head there.
    let path: (positions: [StreamPosition], heads: [ChainHash])

    init(
        id: UInt64, name: String = "s", sets: [[ModelRecord]], start: StreamPosition = .start,
        headBefore: ChainHash? = nil
    ) {
        record = StreamRecord(
            id: StreamID(rawValue: id), incarnation: Incarnation(from: SeededRandom(seed: id)),
            name: Array("\(name)\(id)".utf8))
        self.start = start
        let incarnation = record.incarnation
        self.headBefore =
            headBefore
            ?? record.name.withUnsafeBytes { Chain.genesis(incarnation, name: $0) }
        self.sets = sets
        path = Self.path(of: sets, from: start, self.headBefore, incarnation)
        record.tail = path.positions.last ?? start
        record.head = path.heads.last ?? self.headBefore
        record.lastLSN = LSN(id + 5)
        record.structuralLSN = LSN(id)
        record.core = Array("core \(id)".utf8)
    }

    var records: [ModelRecord] { sets.flatMap { $0 } }

    /// All stored bytes.
    var stored: [UInt8] { records.flatMap(\.stored) }

    private static func path(
        of sets: [[ModelRecord]], from start: StreamPosition, _ headBefore: ChainHash,
        _ incarnation: Incarnation
    ) -> (positions: [StreamPosition], heads: [ChainHash]) {
        var position = start
        var head = headBefore
        var positions = [position]
        var heads = [head]
        for record in sets.joined() {
            if let leaf = record.leaf {
                head = Chain.head(after: head, leaf: leaf)
            } else {
                head = Chain.head(
                    after: head, incarnation: incarnation, record: position.record,
                    kind: record.kind, length: record.payload.count,
                    payload: record.payload.withUnsafeBytes { SHA256Hasher.hash($0) })
            }
            if record.kind.takesNumber { position.record += 1 }
            position.byte += UInt64(record.stored.count)
            positions.append(position)
            heads.append(head)
        }
        return (positions, heads)
    }

    /// Writes the stream set by set.
    func write(to writer: SegmentWriter) throws -> SettledRun? {
        try writer.beginStream(
            record, entries: entries, runStart: start, headBefore: headBefore, encoding: encoding)
        let heads = path.heads
        var count = 0
        for set in sets {
            count += set.count
            let bytes = set.flatMap(\.stored)
            try bytes.withUnsafeBytes { bytes in
                // In two pieces, as a set of two frames has them.
                let half = bytes.count / 2
                try writer.append(
                    entries: set.map(\.entry),
                    payload: [
                        UnsafeRawBufferPointer(rebasing: bytes[..<half]),
                        UnsafeRawBufferPointer(rebasing: bytes[half...]),
                    ], headAfter: heads[count], leaves: set.compactMap(\.leaf))
            }
        }
        return try writer.endStream()
    }

    /// The end of a page by the definition: one record, then as many as end at `limit` or before.
    func end(from: StreamPosition, limit: UInt64) -> StreamPosition {
        let positions = path.positions
        guard let first = positions.first(where: { $0.record > from.record }) else {
            return positions[positions.count - 1]
        }
        return positions.last { $0.record >= first.record && $0.byte <= limit } ?? first
    }
}

/// A segment of model streams.
enum ModelSegment {
    static let header = SegmentHeader(
        number: 7, id: 0x1234_5678_9abc_def0, first: LSN(11), last: LSN(90),
        cut: JournalCut(fileNumber: 3, fileID: 55, byte: 40_960),
        wallMilliseconds: 1_750_000_000_000)

    /// Writes the streams, which are in ascending order; their runs and the open segment.
    @discardableResult
    static func write(
        _ streams: [ModelStream], to volume: any Volume, options: SegmentOptions = .init()
    ) throws -> (runs: [SettledRun?], file: SegmentFile, summary: SegmentSummary) {
        let writer = try SegmentWriter(volume: volume, header: header, options: options)
        var runs: [SettledRun?] = []
        for stream in streams { runs.append(try stream.write(to: writer)) }
        let summary = try writer.finish()
        return (runs, try SegmentFile.open(volume: volume, number: header.number), summary)
    }

    /// The bytes of the segment in a volume.
    static func bytes(in volume: any Volume) throws -> [UInt8] {
        let backend = try volume.open(SegmentName(number: header.number).path, create: .never)
        var bytes = [UInt8](repeating: 0, count: Int(backend.size))
        try bytes.withUnsafeMutableBytes { try backend.read(at: 0, into: $0) }
        return bytes
    }

    /// A volume with a segment of these bytes.
    static func volume(with bytes: [UInt8]) throws -> MemoryVolume {
        let volume = MemoryVolume()
        try volume.makeDirectory(SegmentFormat.directory)
        let backend = try volume.open(SegmentName(number: header.number).path, create: .exclusive)
        _ = try bytes.withUnsafeBytes { try backend.append($0) }
        return volume
    }
}

/// Records and sets of all kinds, by seed.
struct ModelMaker {
    let random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    func bytes(_ count: Int, isText: Bool = false) -> [UInt8] {
        guard isText else {
            var bytes = [UInt8](repeating: 0, count: count)
            bytes.withUnsafeMutableBytes { random.fill($0) }
            return bytes
        }
        return (0..<count).map { _ in UInt8(97 + random.next(below: 3)) }
    }

    /// A data record of up to `most` bytes, often empty or with a separator.
    func record(most: Int, isText: Bool = false) -> ModelRecord {
        let count = random.next(below: 5) == 0 ? 0 : random.next(below: most + 1)
        return ModelRecord(
            payload: bytes(count, isText: isText),
            separator: random.next(below: 3) == 0 ? 44 : nil)
    }

    func set(_ count: Int, most: Int, isText: Bool = false) -> [ModelRecord] {
        (0..<count).map { _ in record(most: most, isText: isText) }
    }

    func hash() -> SHA256Digest {
        bytes(32).withUnsafeBytes { SHA256Digest(loadingFrom: $0.baseAddress.unsafelyUnwrapped) }
    }
}
