import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// The page on the segment format shows real bytes, and the format does not change by accident.
@Suite struct SegmentFormatTests {
    @Test func theNumbersOfTheFormatFitOneAnother() {
        #expect(SegmentFormat.brokenRelation() == nil)
    }

    @Test func theMagicsAreTheLettersThePageSays() {
        let magics = [SegmentFormat.headerMagic, SegmentFormat.footerMagic].map { magic in
            withUnsafeBytes(of: magic.littleEndian) { String(decoding: $0, as: UTF8.self) }
        }
        #expect(magics == ["VARVESEG", "VARVEEND"])
    }

    @Test func theBytesOnThePageAreTheBytesInTheFile() throws {
        let bytes = try exampleSegment()
        let page = try Page.read("docs/segment-format.md")
        // The whole file but the zeros: header, data and all that follows it, footer.
        #expect(bytes.count == 8299)
        let footer = bytes.count - 4096
        for range in [
            0..<80, 4080..<4096, 4096..<footer, footer..<footer + 128,
            bytes.count - 16..<bytes.count,
        ] {
            let text = Page.dump(bytes, range)
            let isShown = page.contains(text)
            #expect(isShown, "\(range):\n\(text)")
        }
    }

    /// Format changes are decisions: this fails when any byte of any structure is laid out anew.
    @Test func theEncodingOfAWholeSegmentHasNotChanged() throws {
        let maker = ModelMaker(seed: 77)
        let one = ModelRecord(payload: Array("hi".utf8), separator: 44)
        let redacted = ModelRecord(payload: [0, 0], kind: .redacted, leaf: maker.hash())
        var first = ModelStream(
            id: 2, sets: [[one], [one, redacted, ModelRecord(kind: .close)]])
        first.record.isClosed = true
        first.record.alarmMilliseconds = 1_750_000_000_000
        first.entries = [StateEntry(key: [1, 2], value: [3])]
        let second = ModelStream(
            id: 300, sets: (0..<30).map { _ in maker.set(70, most: 400) },
            start: StreamPosition(record: 70_000, byte: 1 << 33), headBefore: maker.hash())
        var third = ModelStream(id: 301, sets: [])
        third.record.isDeleted = true
        var options = SegmentOptions()
        options.superseded = [3, 4]
        let volume = MemoryVolume()
        try ModelSegment.write([first, second, third], to: volume, options: options)
        let digest = try ModelSegment.bytes(in: volume).withUnsafeBytes { SHA256Hasher.hash($0) }
        #expect(
            digest.hex == "66a17694b2cb076611a1f5e238983f7cf9d63ac92c306f290ca378683571bd0f")
    }

    @Test func aCompressedSegmentIsTheOriginalsWhateverItsLibraryWrites() throws {
        let maker = ModelMaker(seed: 78)
        let sets = (0..<60).map { _ in maker.set(50, most: 300, isText: true) }
        var streams = RunEncoding.allCases.enumerated().map { index, encoding in
            var stream = ModelStream(id: UInt64(index + 1), sets: sets)
            stream.encoding = encoding
            return stream
        }
        // What cannot get smaller is stored as it is.
        var noise = ModelStream(id: 9, sets: (0..<5).map { _ in maker.set(50, most: 3000) })
        noise.encoding = .zstd
        streams.append(noise)
        let (runs, _, _) = try ModelSegment.write(streams, to: MemoryVolume())
        #expect(runs.map { $0?.encoding } == [RunEncoding.none, .zstd, .lz4, RunEncoding.none])
        #expect(Set(runs[..<3].map { $0?.byteCount }).count == 1)
        #expect((runs[1]?.storedBytes ?? .max) * 2 < runs[1]?.byteCount ?? 0)
        #expect((runs[2]?.storedBytes ?? .max) < runs[2]?.byteCount ?? 0)
    }

    @Test func aRunTakesSixtyFourBytesOfMemory() {
        #expect(MemoryLayout<SettledRun>.stride == 64)
        #expect(MemoryLayout<SettledRun?>.size <= 72)
    }

    @Test(arguments: [
        ("00000000000000000001.segment", true), ("00000000004294967295.writing", true),
        ("00000000000000000012.blocks", true), ("00000000000000000000.segment", false),
        ("00000000004294967296.segment", false), ("1.segment", false),
        ("00000000000000000001.segment.bak", false), ("0000000000000000000x.segment", false),
        ("00000000000000000001.journal", false), ("00000000000000000001", false),
    ])
    func onlyTheNamesOfTheFormatAreOurs(name: String, isOurs: Bool) {
        #expect((SegmentName(name) != nil) == isOurs)
        if let parsed = SegmentName(name) { #expect(parsed.path == "segments/\(name)") }
    }

    @Test func theCodingsOfRecordsAndRunsReadBackAndNothingElseDoes() throws {
        var record = ModelStream(id: 1 << 40, sets: []).record
        record.isClosed = true
        record.alarmMilliseconds = .max
        record.tail = StreamPosition(record: .max, byte: .max)
        let run = SettledRun(
            segment: .max, start: StreamPosition(record: 1 << 62, byte: 1 << 62), recordCount: 5,
            byteCount: 900, dataOffset: 4096, storedBytes: 800, blocksBytes: 77,
            checkpointCount: SegmentFormat.checkpointsMax, encoding: .lz4, hasHead: true)
        var writer = ByteWriter()
        record.encode(into: &writer)
        #expect(try StreamRecord(decoding: writer.bytes, in: "catalog") == record)
        expectRefusals(Array(writer.bytes)) { _ = try StreamRecord(decoding: $0, in: "catalog") }
        writer.clear()
        run.encode(into: &writer)
        #expect(try SettledRun(decoding: writer.bytes, in: "catalog") == run)
        expectRefusals(Array(writer.bytes)) { _ = try SettledRun(decoding: $0, in: "catalog") }
    }

    @Test func aTrimmedStreamsRecordReadsBack() throws {
        var record = ModelStream(id: 9, sets: []).record
        record.tail = StreamPosition(record: 5, byte: 50)
        let head = ModelMaker(seed: 3).hash()
        #expect(record.visibleStart == .start)
        #expect(record.visibleHead == record.genesis)
        record.visible = VisibleStart(position: StreamPosition(record: 5, byte: 50), head: head)
        #expect(record.visibleStart == record.tail)
        #expect(record.visibleHead == head)
        var writer = ByteWriter()
        record.encode(into: &writer)
        #expect(writer.bytes[0] == 1 << 5)
        #expect(try StreamRecord(decoding: writer.bytes, in: "catalog") == record)
        expectRefusals(Array(writer.bytes)) { _ = try StreamRecord(decoding: $0, in: "catalog") }
        // Beyond the tail, or where no trim can be.
        for place in [(6, 50), (5, 51), (0, 0)] as [(UInt64, UInt64)] {
            record.visible?.position = StreamPosition(record: place.0, byte: place.1)
            writer.clear()
            record.encode(into: &writer)
            let bytes = Array(writer.bytes)
            #expect(throws: LogError.self) {
                try bytes.withUnsafeBytes { _ = try StreamRecord(decoding: $0, in: "catalog") }
            }
        }
    }

    @Test func aForkTrimmedInItsSourceBeginsWithItsOwnRecords() throws {
        var record = ModelStream(id: 9, sets: []).record
        let place = StreamPosition(record: 3, byte: 30)
        record.tail = StreamPosition(record: 5, byte: 50)
        record.origin = ForkOrigin(
            source: StreamID(rawValue: 2), sourceIncarnation: record.incarnation, position: place,
            sourceHead: ModelMaker(seed: 4).hash())
        record.visible = VisibleStart(
            position: StreamPosition(record: 1, byte: 10), head: ModelMaker(seed: 5).hash())
        #expect(record.visibleStart == place)
        #expect(record.visibleHead == record.genesis)
        var writer = ByteWriter()
        record.encode(into: &writer)
        #expect(try StreamRecord(decoding: writer.bytes, in: "catalog") == record)
    }

    /// Every cut and every longer input is an error that names the place.
    private func expectRefusals(
        _ bytes: [UInt8], _ decode: (UnsafeRawBufferPointer) throws -> Void
    ) {
        for input in bytes.indices.map({ Array(bytes[..<$0]) }) + [bytes + [0]] {
            do {
                try input.withUnsafeBytes { try decode($0) }
                Issue.record("\(input.count) of \(bytes.count) bytes were taken")
            } catch LogError.corruption(let file, _, _, _) {
                #expect(file == "catalog")
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    /// A segment with one stream, `a`, with one record, `hi`, and its separator.
    private func exampleSegment() throws -> [UInt8] {
        var stream = ModelStream(
            id: 12, name: "",
            sets: [[ModelRecord(payload: Array("hi".utf8), separator: 44)]])
        stream.record.core = [0xee]
        let volume = MemoryVolume()
        try ModelSegment.write([stream], to: volume)
        return try ModelSegment.bytes(in: volume)
    }
}
