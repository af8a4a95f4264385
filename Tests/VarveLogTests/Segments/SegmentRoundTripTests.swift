import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct SegmentRoundTripTests {
    /// Segments of all kinds, by name.
    static let cases: [(name: String, streams: [ModelStream])] = {
        let maker = ModelMaker(seed: 5)
        let one = ModelRecord(payload: Array("hi".utf8), separator: 44)
        let close = ModelRecord(kind: .close)
        var later = ModelStream(
            id: 9, sets: [[one, close]], start: StreamPosition(record: 3, byte: 100),
            headBefore: maker.hash())
        later.record.isClosed = true
        later.entries = [StateEntry(key: [1], value: []), StateEntry(key: [2, 3], value: [9])]
        later.record.alarmMilliseconds = 77
        var gone = ModelStream(id: 12, sets: [])
        gone.record.isDeleted = true
        gone.record.core = []
        let empties = [ModelRecord](repeating: ModelRecord(), count: 2500)
        let big = ModelRecord(payload: maker.bytes(700 << 10))
        let redacted = ModelRecord(
            payload: [0, 0, 0], kind: .redacted, separator: 44, leaf: maker.hash())
        return [
            ("nothing", []), ("one record", [ModelStream(id: 1, sets: [[one]])]),
            ("an empty record", [ModelStream(id: 1, sets: [[ModelRecord()]])]),
            ("only a close", [ModelStream(id: 4, sets: [[close]])]),
            ("a later run, a close, state, a tombstone", [later, gone]),
            ("empty records over intervals", [ModelStream(id: 2, sets: [empties, [close]])]),
            ("a large record", [ModelStream(id: 2, sets: [[one], [big], [one, one]])]),
            ("large records in a set", [ModelStream(id: 2, sets: [[one, big, one, big, close]])]),
            ("small sets", [ModelStream(id: 3, sets: (0..<3000).map { _ in [one] })]),
            (
                "middling sets",
                [ModelStream(id: 3, sets: (0..<40).map { _ in maker.set(90, most: 900) })]
            ),
            ("a huge set", [ModelStream(id: 3, sets: [[one], maker.set(5000, most: 300)])]),
            (
                "redacted records",
                [
                    ModelStream(
                        id: 3,
                        sets: [[one, redacted, one], [redacted]]
                            + [[ModelRecord](repeating: redacted, count: 1500)])
                ]
            ),
            (
                "trims",
                [
                    ModelStream(
                        id: 5, sets: [[ModelRecord(kind: .trim, leaf: maker.hash()), one], [one]])
                ]
            ),
            (
                "many streams",
                (1...400).map { id in
                    ModelStream(id: UInt64(id * 3), sets: [maker.set(1 + id % 5, most: 200)])
                }
            ),
        ]
    }()

    @Test(arguments: cases.indices, [RunEncoding.none, .zstd, .lz4])
    func whatWasWrittenIsRead(index: Int, encoding: RunEncoding) throws {
        let streams = Self.cases[index].streams.map { stream in
            var stream = stream
            stream.encoding = encoding
            return stream
        }
        let volume = MemoryVolume()
        let (runs, file, summary) = try ModelSegment.write(streams, to: volume)
        #expect(file.header == ModelSegment.header)
        #expect(summary.streamCount == UInt64(streams.count))
        #expect(summary.fileBytes == file.backend.size)
        #expect(try volume.list(SegmentFormat.directory).count == 1)
        for (stream, run) in zip(streams, runs) { try expect(stream, run, in: file) }
        var listed: [SegmentStream] = []
        try file.forEachStream { listed.append($0) }
        #expect(
            listed
                == zip(streams, runs).map {
                    SegmentStream(record: $0.record, entries: $0.entries, run: $1)
                })
        for stream in listed { try file.verify(stream) }
    }

    @Test func aSegmentInFilesReadsAsOneInMemory() throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let streams = Self.cases.first { $0.name == "many streams" }?.streams ?? []
        let memory = MemoryVolume()
        let files = try FileVolume(rootDirectory: scratch.path)
        try ModelSegment.write(streams, to: memory)
        let (runs, file, _) = try ModelSegment.write(streams, to: files)
        #expect(try ModelSegment.bytes(in: memory) == ModelSegment.bytes(in: files))
        for (stream, run) in zip(streams, runs) { try expect(stream, run, in: file) }
    }

    @Test(arguments: 1...16)
    func randomSegmentsReadBack(seed: Int) throws {
        let maker = ModelMaker(seed: UInt64(seed))
        var streams: [ModelStream] = []
        for id in 1...(1 + maker.random.next(below: 5)) {
            let isText = maker.random.next(below: 2) == 0
            let most = [3, 300, 9000, 400_000][maker.random.next(below: 4)]
            let sets = (0..<maker.random.next(below: 8)).map { _ in
                let count = most > 9000 ? 2 : 1 + maker.random.next(below: most > 300 ? 60 : 2500)
                return maker.set(count, most: most, isText: isText)
            }
            let isLater = maker.random.next(below: 2) == 0
            var stream = ModelStream(
                id: UInt64(id * 2), sets: sets,
                start: isLater ? StreamPosition(record: 1 << 40, byte: 1 << 50) : .start,
                headBefore: isLater ? maker.hash() : nil)
            stream.encoding = RunEncoding.allCases[maker.random.next(below: 3)]
            streams.append(stream)
        }
        let (runs, file, _) = try ModelSegment.write(streams, to: MemoryVolume())
        for (stream, run) in zip(streams, runs) { try expect(stream, run, in: file) }
        try file.forEachStream { (stream) throws(LogError) in try file.verify(stream) }
    }

    /// Compares everything the reader says of a run with the model.
    private func expect(_ stream: ModelStream, _ run: SettledRun?, in file: SegmentFile) throws {
        #expect(try file.stream(stream.record.id)?.record == stream.record)
        let stored = stream.stored
        let (positions, heads) = stream.path
        guard let run else {
            #expect(positions.count == 1)
            return
        }
        #expect(run.start == stream.start && run.end == stream.record.tail)
        #expect(run.byteCount == UInt64(stored.count))
        #expect(run.storedBytes <= run.byteCount)
        #expect(run.encoding == .none || run.storedBytes < run.byteCount)
        var read = [UInt8](repeating: 1, count: stored.count)
        try read.withUnsafeMutableBytes { buffer in
            // Not every file system reads without waiting.
            for blocking in [false, true] {
                if try file.read(run, from: run.firstByte, into: buffer, blocking: blocking) {
                    break
                }
            }
        }
        #expect(read == stored)
        try expectPieces(stored, run, file)
        try expectCheckpoints(positions, heads, run, file)
    }

    private func expectPieces(_ stored: [UInt8], _ run: SettledRun, _ file: SegmentFile) throws {
        let random = SeededRandom(seed: UInt64(stored.count))
        for _ in 0..<5 where !stored.isEmpty {
            let first = random.next(below: stored.count)
            let count = min(stored.count - first, 1 + random.next(below: 3000))
            var piece = [UInt8](repeating: 0, count: count)
            _ = try piece.withUnsafeMutableBytes {
                try file.read(run, from: run.firstByte + UInt64(first), into: $0, blocking: true)
            }
            #expect(piece == Array(stored[first..<first + count]))
        }
    }

    /// The checkpoints are near enough to one another, and have the heads of the plain chain.
    private func expectCheckpoints(
        _ positions: [StreamPosition], _ heads: [ChainHash], _ run: SettledRun, _ file: SegmentFile
    ) throws {
        var before = 0
        for index in 0..<run.checkpointCount {
            let checkpoint = try file.checkpoint(run, at: index)
            var place = before
            while positions[place] != checkpoint.position { place += 1 }
            // Control records do not move the position: any head there is one of it.
            let candidates = positions.indices.filter { positions[$0] == checkpoint.position }
            if let head = checkpoint.head {
                #expect(candidates.contains { heads[$0] == head })
            } else {
                #expect(index == 0 && run.start == .start)
            }
            #expect(place - before <= SegmentFormat.intervalRecordsMax)
            let bytes = positions[place].byte - positions[before].byte
            #expect(
                bytes <= UInt64(SegmentFormat.intervalBytesMax) || place - before == 1)
            before = place
            let found = try file.checkpoint(run, atOrBefore: checkpoint.position.record)
            #expect(found.position.record == checkpoint.position.record)
        }
    }
}
