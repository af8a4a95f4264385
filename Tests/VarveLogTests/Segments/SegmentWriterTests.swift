import Testing
import VarveBytes
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// What the writer refuses, and what its failures leave behind.
@Suite struct SegmentWriterTests {
    /// Three slices of data and more state than stays in memory.
    private static let streams: [ModelStream] = {
        let maker = ModelMaker(seed: 41)
        let large = maker.bytes(900 << 10)
        return (1...3).map { ModelStream(id: UInt64($0), sets: [[ModelRecord(payload: large)]]) }
    }()

    @Test(arguments: [
        FaultPlan.Operation.write, .sync, .create, .name, .syncDirectory, .truncate,
    ])
    func aFailureLeavesNoSegment(operation: FaultPlan.Operation) throws {
        for turn in 1...8 {
            let base = MemoryVolume()
            let plan = FaultPlan(seed: UInt64(turn))
            plan.fail(operation, atTurn: turn, with: .inputOutput)
            let volume = FaultyVolume(base, plan: plan)
            do {
                try ModelSegment.write(Self.streams, to: volume)
                continue
            } catch {
                #expect(error is LogError)
            }
            let names = try base.list("").isEmpty ? [] : base.list(SegmentFormat.directory)
            #expect(names.isEmpty, "\(operation) \(turn): \(names)")
        }
    }

    @Test func aCrashLeavesTheWholeSegmentOrNone() throws {
        var complete = 0
        for changes in 0..<40 {
            let base = MemoryVolume()
            let plan = FaultPlan(seed: UInt64(changes))
            plan.freeze(afterChanges: changes)
            let result = Result {
                try ModelSegment.write(Self.streams, to: FaultyVolume(base, plan: plan))
            }
            let names =
                try base.list("").isEmpty
                ? [] : base.list(SegmentFormat.directory).compactMap { SegmentName($0) }
            if names.contains(where: { $0.role == .segment }) {
                complete += 1
                let file = try SegmentFile.open(volume: base, number: ModelSegment.header.number)
                try file.forEachStream { (stream) throws(LogError) in try file.verify(stream) }
            } else {
                #expect(throws: LogError.self) { try result.get() }
            }
        }
        #expect(complete > 0 && complete < 40)
    }

    @Test func aForgottenWriterLeavesNothing() throws {
        let volume = MemoryVolume()
        do {
            let writer = try SegmentWriter(volume: volume, header: ModelSegment.header)
            _ = try Self.streams[0].write(to: writer)
            #expect(try volume.list(SegmentFormat.directory).count == 1)
        }
        #expect(try volume.list(SegmentFormat.directory).isEmpty)
    }

    @Test func aNumberIsUsedOnce() throws {
        let volume = MemoryVolume()
        try ModelSegment.write([], to: volume)
        #expect(throws: LogError.self) { try ModelSegment.write(Self.streams, to: volume) }
        let file = try SegmentFile.open(volume: volume, number: ModelSegment.header.number)
        #expect(file.footer.streamCount == 0)
    }

    @Test func whatDoesNotFitTogetherIsRefused() throws {
        let stream = ModelStream(id: 5, sets: [[ModelRecord(payload: [1, 2, 3])]])
        let refused: [(inout ModelStream) -> Void] = [
            { $0.record.tail.byte += 1 }, { $0.record.head = ChainHash() },
            { $0.record.name = [UInt8](repeating: 1, count: 1025) },
            { $0.record.core = [UInt8](repeating: 1, count: 65_537) },
            { $0.entries = [StateEntry(key: [], value: [])] },
            { $0.entries = [StateEntry(key: [1], value: [UInt8](repeating: 0, count: 65))] },
        ]
        for change in refused {
            var wrong = stream
            change(&wrong)
            let volume = MemoryVolume()
            #expect(throws: LogError.self) { try ModelSegment.write([wrong], to: volume) }
            #expect(try volume.list(SegmentFormat.directory).isEmpty)
        }
    }

    @Test(arguments: [0, 2, 4, 300_000])
    func lengthsThatAreNotTheBytesAreRefused(count: Int) throws {
        let writer = try SegmentWriter(volume: MemoryVolume(), header: ModelSegment.header)
        let stream = ModelStream(id: 5, sets: [])
        try writer.beginStream(stream.record, runStart: .start, headBefore: stream.headBefore)
        let bytes = [UInt8](repeating: 1, count: count)
        let entry = LengthEntry(length: 3, kind: .data, hasSeparator: false)
        #expect(throws: LogError.self) {
            try bytes.withUnsafeBytes {
                try writer.append(entries: [entry], payload: [$0], headAfter: ChainHash())
            }
        }
    }

    @Test func aHugeSetWhoseChainDiffersIsRefused() throws {
        let maker = ModelMaker(seed: 8)
        let stream = ModelStream(id: 5, sets: [maker.set(1500, most: 5)])
        let writer = try SegmentWriter(volume: MemoryVolume(), header: ModelSegment.header)
        try writer.beginStream(stream.record, runStart: .start, headBefore: stream.headBefore)
        #expect(throws: LogError.chainBroken(stream: stream.record.id, record: 1499)) {
            try stream.stored.withUnsafeBytes {
                try writer.append(
                    entries: stream.records.map(\.entry), payload: [$0], headAfter: maker.hash())
            }
        }
    }

    /// Parts of any size, as frames have them, give the same segment as whole sets when the set is
    /// large enough to be divided anyway.
    @Test(arguments: [1, 7, 100_000])
    func aSetMayComeInParts(bytesPerPart: Int) throws {
        let maker = ModelMaker(seed: 9)
        let set = maker.set(1200, most: 40) + [ModelRecord(kind: .close)]
        let stream = ModelStream(id: 5, sets: [set])
        let whole = MemoryVolume()
        try ModelSegment.write([stream], to: whole)
        let parts = MemoryVolume()
        let writer = try SegmentWriter(volume: parts, header: ModelSegment.header)
        try writer.beginStream(stream.record, runStart: .start, headBefore: stream.headBefore)
        let bytes = stream.stored
        var started = 0
        var begun = 0
        var done = 0
        while done < bytes.count {
            let end = min(done + bytesPerPart, bytes.count)
            var entries: [LengthEntry] = []
            while started < set.count, begun < end || end == bytes.count {
                entries.append(set[started].entry)
                begun += set[started].stored.count
                started += 1
            }
            try bytes[done..<end].withUnsafeBytes {
                try writer.append(
                    entries: entries, payload: [$0],
                    headAfter: end == bytes.count ? stream.record.head : nil)
            }
            done = end
        }
        _ = try writer.endStream()
        _ = try writer.finish()
        #expect(try ModelSegment.bytes(in: whole) == ModelSegment.bytes(in: parts))
    }

    @Test func eachSliceIsReportedAndMayEndTheWriting() throws {
        let slices = SliceLog()
        var options = SegmentOptions()
        options.afterSlice = { (count) throws(LogError) in slices.add(count) }
        let (_, file, _) = try ModelSegment.write(
            Self.streams, to: MemoryVolume(), options: options)
        #expect(slices.sizes.count == 3 && slices.sizes.allSatisfy { $0 <= 1 << 20 })
        #expect(slices.sizes.reduce(0, +) == Int(file.backend.size))
        options.afterSlice = { (_) throws(LogError) in throw .closed }
        let volume = MemoryVolume()
        #expect(throws: LogError.closed) {
            try ModelSegment.write(Self.streams, to: volume, options: options)
        }
        #expect(try volume.list(SegmentFormat.directory).isEmpty)
    }

    @Test func whatDoesNotFitMemoryGoesThroughFiles() throws {
        let volume = MemoryVolume()
        let writer = try SegmentWriter(volume: volume, header: ModelSegment.header)
        // 2.1 million empty records: more lengths and checkpoints than stay in memory.
        var long = ModelStream(id: 1, sets: [])
        long.record.tail.record = 2_100_000
        try writer.beginStream(long.record, runStart: .start, headBefore: long.headBefore)
        let set = [LengthEntry](repeating: ModelRecord().entry, count: 1000)
        for _ in 0..<2100 {
            try writer.append(entries: set, payload: [], headAfter: long.record.head)
        }
        let run = try #require(try writer.endStream())
        var names = try volume.list(SegmentFormat.directory).compactMap { SegmentName($0)?.role }
        #expect(Set(names) == [.writing, .blocks, .checkpoints])
        // More state than stays in memory, and more groups.
        for id in 2...4400 {
            var stream = ModelStream(id: UInt64(id), sets: [])
            stream.record.core = [UInt8](repeating: UInt8(id % 251), count: 4096)
            _ = try stream.write(to: writer)
        }
        names = try volume.list(SegmentFormat.directory).compactMap { SegmentName($0)?.role }
        #expect(Set(names) == [.writing, .blocks, .checkpoints, .streams, .groups])
        let summary = try writer.finish()
        #expect(try volume.list(SegmentFormat.directory).count == 1)
        #expect(summary.streamCount == 4400)
        let file = try SegmentFile.open(volume: volume, number: ModelSegment.header.number)
        for id in [1, 2, 77, 4399, 4400] as [UInt64] {
            #expect(try file.stream(StreamID(rawValue: id))?.record.id.rawValue == id)
        }
        #expect(try file.stream(StreamID(rawValue: 4401)) == nil)
        let position = StreamPosition(record: 2_000_001, byte: 0)
        #expect(try file.isBoundary(run, position, blocking: true) == true)
    }

    @Test func aSpillBufferGivesBackWhatItTook() throws {
        let maker = ModelMaker(seed: 3)
        let volume = MemoryVolume()
        try volume.makeDirectory(SegmentFormat.directory)
        let spill = SpillBuffer(
            volume: volume, name: SegmentName(number: 1, role: .blocks), memoryMax: 100)
        for round in 0..<3 {
            var expected: [UInt8] = []
            for size in [0, 40, 60, 1, 300, 99, 2] where round != 1 || size < 50 {
                let bytes = maker.bytes(size)
                try bytes.withUnsafeBytes { try spill.append($0) }
                expected += bytes
                #expect(spill.count == expected.count)
            }
            var found: [UInt8] = []
            try spill.drain { found += Array($0) }
            #expect(found == expected)
            try spill.clear()
            #expect(spill.count == 0)
        }
        #expect(spill.hasFile)
        spill.remove()
        #expect(try volume.list(SegmentFormat.directory).isEmpty)
    }

    @Test func theCacheKeepsAFewSegmentsOpen() throws {
        let volume = MemoryVolume()
        for number in 1...3 as ClosedRange<UInt32> {
            let header = SegmentHeader(
                number: number, id: 5, first: LSN(1), last: LSN(2),
                cut: JournalCut(fileNumber: 1, fileID: 2, byte: 4096), wallMilliseconds: 3)
            _ = try SegmentWriter(volume: volume, header: header).finish()
        }
        let files = SegmentFiles(volume: volume, openMax: 2)
        #expect(files.openFile(1) == nil)
        let first = try files.file(1)
        #expect(try files.file(1) === first)
        _ = try files.file(2)
        _ = try files.file(3)
        #expect(files.openFile(1) == nil && files.openFile(3) != nil)
        files.forget(3)
        #expect(files.openFile(3) == nil)
        #expect(throws: LogError.missingFile(path: SegmentName(number: 4).path)) {
            try files.file(4)
        }
    }
}

/// The sizes of the slices that were written.
private final class SliceLog: @unchecked Sendable {
    // @unchecked Sendable: the test's one thread writes and reads it.
    private(set) var sizes: [Int] = []

    func add(_ count: Int) {
        sizes.append(count)
    }
}
