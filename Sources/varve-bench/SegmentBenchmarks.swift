import VarveBytes
import VarveLog
import VarvePlatform
import VarveStorage

/// What writing and reading segments costs: long runs, and one small record each of many streams.
struct SegmentBenchmarks {
    let options: BenchmarkOptions
    private let clock = SystemClock()

    /// The bytes of a long run.
    private static let longBytes = 256 << 20
    /// Records of a set.
    private static let setRecords = 100

    init(options: BenchmarkOptions) {
        self.options = options
    }

    /// One run of 256-byte records, stored in each way; read, verified.
    func long() throws {
        for encoding in RunEncoding.allCases {
            let scratch = try Scratch(options)
            let volume = try scratch.volume()
            let (file, stream, written) = try writeLong(to: volume, encoding)
            guard let run = stream.run else { return }
            let bytes = Double(run.byteCount)
            var line = ResultLine("segment-long-\(encoding)", durability: "sync")
            line.add("bytes", bytes)
            line.add("stored_part", Double(run.storedBytes) / bytes)
            line.add("write_mb_per_second", bytes / written / 1e6)
            line.add("read_checked_mb_per_second", bytes / (try read(run, in: file)) / 1e6)
            line.add("read_again_mb_per_second", bytes / (try read(run, in: file)) / 1e6)
            let walk = clock.monotonicNanoseconds()
            try file.verify(stream)
            line.add("verify_mb_per_second", bytes / seconds(since: walk) / 1e6)
            line.print()
        }
    }

    /// Many streams with one record of 1 KiB each; read one by one, and listed.
    func small() throws {
        let scratch = try Scratch(options)
        let volume = try scratch.volume()
        let before = Machine.residentBytes
        let start = clock.monotonicNanoseconds()
        let writer = try SegmentWriter(volume: volume, header: Self.header)
        let payload = Self.text(1024)
        let entry = LengthEntry(length: payload.count, kind: .data, hasSeparator: false)
        let incarnation = Incarnation(from: SeededRandom(seed: 1))
        var nameBytes = 0
        for id in 1...options.streams {
            let name = Array("tenant/stream-\(id)".utf8)
            nameBytes += name.count
            var record = StreamRecord(
                id: StreamID(rawValue: UInt64(id)), incarnation: incarnation, name: name)
            record.tail = StreamPosition(record: 1, byte: UInt64(payload.count))
            record.lastLSN = LSN(UInt64(id))
            record.structuralLSN = record.lastLSN
            let genesis = name.withUnsafeBytes { Chain.genesis(incarnation, name: $0) }
            try writer.beginStream(record, runStart: .start, headBefore: genesis)
            try payload.withUnsafeBytes {
                try writer.append(entries: [entry], payload: [$0], headAfter: record.head)
            }
            _ = try writer.endStream()
        }
        let appended = seconds(since: start)
        let summary = try writer.finish()
        let written = seconds(since: start)
        let streams = Double(options.streams)
        var line = ResultLine("segment-small", durability: "sync")
        line.add("streams", streams)
        line.add("write_us_per_stream", appended / streams * 1e6)
        line.add("write_and_sync_mb_per_second", Double(summary.byteCount) / written / 1e6)
        let beside = Double(summary.fileBytes) - Double(summary.byteCount)
        line.add("bytes_beside_data_per_stream", beside / streams)
        line.add("of_which_name", Double(nameBytes) / streams)
        line.add("resident_growth_mib", Double(Machine.residentBytes - before) / 1_048_576)
        try list(volume, &line)
        line.print()
    }

    /// Finding boundaries and page ends in a long run.
    func places() throws {
        let scratch = try Scratch(options)
        let volume = try scratch.volume()
        let (file, stream, _) = try writeLong(to: volume, .none)
        guard let run = stream.run else { return }
        let random = SeededRandom(seed: 9)
        let size = UInt64(Workload.recordBytes)
        let count = 100_000
        var start = clock.monotonicNanoseconds()
        for _ in 0..<count {
            let record = UInt64(random.next(below: Int(run.recordCount)))
            let position = StreamPosition(record: record, byte: record * size)
            guard try file.isBoundary(run, position, blocking: true) == true else { return }
        }
        var line = ResultLine("segment-places", durability: "sync")
        line.add("is_boundary_us", seconds(since: start) / Double(count) * 1e6)
        start = clock.monotonicNanoseconds()
        for _ in 0..<count {
            let record = UInt64(random.next(below: Int(run.recordCount)))
            let from = StreamPosition(record: record, byte: record * size)
            _ = try file.end(run, from: from, limit: from.byte + 65_536, blocking: true)
        }
        line.add("end_us", seconds(since: start) / Double(count) * 1e6)
        line.print()
    }

    private static let header = SegmentHeader(
        number: 1, id: 7, first: LSN(1), last: LSN(1 << 30),
        cut: JournalCut(fileNumber: 1, fileID: 1, byte: 4096), wallMilliseconds: 1)

    /// Writes a run of 256-byte records in sets of 100; the segment, its stream, and the time it
    /// took.
    private func writeLong(
        to volume: any Volume, _ encoding: RunEncoding
    ) throws -> (file: SegmentFile, stream: SegmentStream, seconds: Double) {
        let writer = try SegmentWriter(volume: volume, header: Self.header)
        let size = Workload.recordBytes
        let set = Self.text(Self.setRecords * size)
        let entries = [LengthEntry](
            repeating: LengthEntry(length: size, kind: .data, hasSeparator: false),
            count: Self.setRecords)
        var record = StreamRecord(
            id: StreamID(rawValue: 1), incarnation: Incarnation(from: SeededRandom(seed: 1)),
            name: Array("bench".utf8))
        let genesis = record.name.withUnsafeBytes { Chain.genesis(record.incarnation, name: $0) }
        let sets = Self.longBytes / set.count
        let digests = (0..<Self.setRecords).map { index in
            set.withUnsafeBytes {
                SHA256Hasher.hash(
                    UnsafeRawBufferPointer(rebasing: $0[index * size..<(index + 1) * size]))
            }
        }
        // The heads are the log's work, not the segment's: they are made before.
        var heads = [genesis]
        var head = genesis
        for number in 0..<sets * Self.setRecords {
            head = Chain.head(
                after: head, incarnation: record.incarnation, record: UInt64(number), kind: .data,
                length: size, payload: digests[number % Self.setRecords])
            if (number + 1) % Self.setRecords == 0 { heads.append(head) }
        }
        record.head = head
        record.tail = StreamPosition(
            record: UInt64(sets * Self.setRecords), byte: UInt64(sets * set.count))
        let start = clock.monotonicNanoseconds()
        try writer.beginStream(
            record, runStart: .start, headBefore: genesis, encoding: encoding)
        for index in 1...sets {
            try set.withUnsafeBytes {
                try writer.append(entries: entries, payload: [$0], headAfter: heads[index])
            }
        }
        let run = try writer.endStream()
        _ = try writer.finish()
        let taken = seconds(since: start)
        let file = try SegmentFile.open(volume: volume, number: Self.header.number)
        return (file, SegmentStream(record: record, run: run), taken)
    }

    private func read(_ run: SettledRun, in file: SegmentFile) throws -> Double {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        let start = clock.monotonicNanoseconds()
        var byte = run.firstByte
        while byte < run.end.byte {
            let piece = UnsafeMutableRawBufferPointer(
                rebasing: buffer[..<min(buffer.count, Int(run.end.byte - byte))])
            _ = try file.read(run, from: byte, into: piece, blocking: true)
            byte += UInt64(piece.count)
        }
        return seconds(since: start)
    }

    private func list(_ volume: any Volume, _ line: inout ResultLine) throws {
        let file = try SegmentFile.open(volume: volume, number: Self.header.number)
        let streams = Double(options.streams)
        var runs: [SettledRun] = []
        runs.reserveCapacity(options.streams)
        var start = clock.monotonicNanoseconds()
        try file.forEachStream { if let run = $0.run { runs.append(run) } }
        line.add("list_us_per_stream", seconds(since: start) / streams * 1e6)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 8)
        defer { buffer.deallocate() }
        start = clock.monotonicNanoseconds()
        for run in runs {
            guard try file.isBoundary(run, run.start, blocking: true) == true else { return }
            _ = try file.read(run, from: run.firstByte, into: buffer, blocking: true)
        }
        line.add("read_us_per_stream", seconds(since: start) / streams * 1e6)
    }

    private func seconds(since start: UInt64) -> Double {
        Double(clock.monotonicNanoseconds() - start) / 1e9
    }

    /// Text like what people append: not random, not all the same.
    private static func text(_ count: Int) -> [UInt8] {
        let random = SeededRandom(seed: 3)
        let words = ["{\"time\":", "\"level\":\"info\",", "\"user\":", "\"value\":", "}, "]
        var bytes: [UInt8] = []
        while bytes.count < count {
            bytes += Array(words[random.next(below: words.count)].utf8)
            bytes += Array(String(random.next(below: 100_000)).utf8)
        }
        return Array(bytes[..<count])
    }
}
