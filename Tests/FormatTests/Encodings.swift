import Foundation
import VarveBytes

@testable import VarveLog

/// One value of each structure that is stored, encoded.
enum Encodings {
    /// The CRC-32C of `bytes` as it is stored.
    static func checksum(_ bytes: Data) -> Data {
        let value = bytes.withUnsafeBytes { CRC32C.value($0) }
        return withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }

    /// All of them, by name.
    static var all: [(name: String, bytes: [UInt8])] {
        [
            ("file header", fileHeader), ("group header", groupHeader),
            ("segment header", segmentHeader), ("segment footer", segmentFooter),
            ("stream record", encoded(record)), ("stream record of a fork", encoded(fork)),
            ("settled run", encoded(run)), ("state entry", encoded(entry)),
            ("catalog mark", mark), ("catalog totals", totals), ("catalog keys", keys),
            ("fork origin", block(ForkOrigin.byteCount) { origin.store(to: $0) }),
            ("visible start", block(VisibleStart.byteCount) { visible.store(to: $0) }),
            ("length entry", lengths),
        ]
    }

    private static let incarnation = block(16) { $0.storeBytes(of: 7, as: UInt8.self) }
        .withUnsafeBytes { Incarnation(loadingFrom: $0.baseAddress.unsafelyUnwrapped) }
    private static let head = SHA256Hasher.hash(UnsafeRawBufferPointer(start: nil, count: 0))
    private static let position = StreamPosition(record: 300, byte: 70_000)
    private static let origin = ForkOrigin(
        source: StreamID(rawValue: 5), sourceIncarnation: incarnation, position: position,
        sourceHead: head)
    private static let visible = VisibleStart(position: position, head: head)
    private static let cut = CutPoint(lsn: 900, file: 4, fileID: 0x1234, byte: 8192)
    private static let entry = StateEntry(key: [1, 0x70], value: [3, 0xac, 2])

    private static var record: StreamRecord {
        var record = StreamRecord(
            id: StreamID(rawValue: 17), incarnation: incarnation, name: Array("orders/eu".utf8))
        record.tail = StreamPosition(record: 1000, byte: 1_000_000)
        record.head = head
        record.lastLSN = LSN(901)
        record.structuralLSN = LSN(17)
        record.isClosed = true
        record.visible = visible
        record.alarmMilliseconds = 1_769_247_000_000
        record.core = [1, 2, 3]
        return record
    }

    private static var fork: StreamRecord {
        var fork = record
        fork.origin = origin
        fork.visible = nil
        fork.isRetired = true
        return fork
    }

    private static let run = SettledRun(
        segment: 9, start: position, recordCount: 700, byteCount: 930_000, dataOffset: 4096,
        storedBytes: 400_000, blocksBytes: 900, checkpointCount: 4, encoding: .zstd, hasHead: true)

    private static var fileHeader: [UInt8] {
        var header = FileHeader(number: 4, id: 0x1234, baseLSN: 801)
        header.previousNumber = 3
        header.previousID = 0x4321
        header.previousEndByte = 4096 * 9
        header.previousEndLSN = 800
        header.syncedThrough = 850
        header.wallMilliseconds = 1_769_247_000_000
        header.fileBytes = 1 << 20
        return buffer(Format.fileHeaderBytes) { header.encode(into: $0) }
    }

    private static var groupHeader: [UInt8] {
        block(Format.groupHeaderBytes) {
            GroupHeader(
                firstLSN: 801, syncedThrough: 800, byte: 4096, frameCount: 3, frameBytes: 999
            ).encode(to: $0, fileID: 0x1234)
        }
    }

    private static let segmentStart = SegmentHeader(
        number: 9, id: 0x9999, first: LSN(801), last: LSN(900), cut: cut.place,
        wallMilliseconds: 1_769_247_000_000)

    private static var segmentHeader: [UInt8] {
        buffer(SegmentFormat.headerBytes) { segmentStart.encode(into: $0) }
    }

    private static var segmentFooter: [UInt8] {
        var footer = SegmentFooter()
        footer.dataBytes = 1000
        footer.checksumsBytes = 4
        footer.streamsBytes = 200
        footer.groupCount = 1
        footer.streamCount = 2
        footer.runCount = 1
        footer.recordCount = 10
        footer.byteCount = 990
        footer.storedBytes = 900
        footer.superseded = [3, 5]
        let done = footer
        return buffer(SegmentFormat.footerBytes) { done.encode(into: $0, header: segmentStart) }
    }

    private static var mark: [UInt8] {
        CatalogMark(cut: cut, nextSegment: 10, wallMilliseconds: 1_769_247_000_000).encoded
    }

    private static var totals: [UInt8] {
        var totals = CatalogTotals()
        totals.streams = 7
        totals.bytes = 1 << 40
        return totals.encoded
    }

    private static var keys: [UInt8] {
        let id = StreamID(rawValue: 17)
        return CatalogKey.mark + CatalogKey.totals + CatalogKey.segment(9) + CatalogKey.record(id)
            + CatalogKey.entry(id, [1, 0x70]) + CatalogKey.run(id, run)
            + CatalogKey.name(Array("orders".utf8)) + CatalogKey.alarm(5, id)
            + CatalogKey.fork(of: id, StreamID(rawValue: 18))
    }

    private static var lengths: [UInt8] {
        [RecordKind.data, .close, .trim, .redacted].flatMap { kind in
            withUnsafeBytes(
                of: LengthEntry(
                    length: 300, kind: kind, hasSeparator: kind == .data
                ).rawValue.littleEndian
            ) { Array($0) }
        }
    }

    private static func encoded(_ record: StreamRecord) -> [UInt8] {
        var writer = ByteWriter()
        record.encode(into: &writer)
        return Array(writer.bytes)
    }

    private static func encoded(_ run: SettledRun) -> [UInt8] {
        var writer = ByteWriter()
        run.encode(into: &writer)
        return Array(writer.bytes)
    }

    private static func encoded(_ entry: StateEntry) -> [UInt8] {
        var writer = ByteWriter()
        entry.encode(into: &writer)
        return Array(writer.bytes)
    }

    private static func block(
        _ count: Int, _ body: (UnsafeMutableRawPointer) -> Void
    ) -> [UInt8] {
        buffer(count) { body($0.baseAddress.unsafelyUnwrapped) }
    }

    private static func buffer(
        _ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void
    ) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        body(memory)
        return Array(memory)
    }
}
