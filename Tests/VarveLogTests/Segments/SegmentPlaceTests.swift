import Testing
import VarveBytes
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// Which positions are boundaries, and where pages end.
@Suite struct SegmentPlaceTests {
    /// Small records in sets, a huge set, large records, empty ones; 3 encodings.
    static let streams: [ModelStream] = {
        let maker = ModelMaker(seed: 21)
        let empties = [ModelRecord](repeating: ModelRecord(), count: 1100)
        let large = ModelRecord(payload: maker.bytes(600 << 10, isText: true))
        let close = ModelRecord(kind: .close)
        let sets = [
            maker.set(3, most: 40, isText: true), maker.set(1500, most: 60, isText: true),
            [large], empties, [large, close],
        ]
        return RunEncoding.allCases.enumerated().map { index, encoding in
            var stream = ModelStream(
                id: UInt64(index + 1), sets: sets,
                start: index == 1 ? StreamPosition(record: 50, byte: 5000) : .start,
                headBefore: index == 1 ? maker.hash() : nil)
            stream.encoding = encoding
            return stream
        }
    }()

    @Test(arguments: streams.indices)
    func everyBoundaryIsFoundAndNothingElseIs(index: Int) throws {
        let (runs, file, _) = try ModelSegment.write(Self.streams, to: MemoryVolume())
        let run = try #require(runs[index])
        let positions = Self.streams[index].path.positions
        let bytes = Dictionary(
            positions.map { ($0.record, $0.byte) }, uniquingKeysWith: { first, _ in first })
        for (place, position) in positions.enumerated() where place % 9 == 0 {
            #expect(try file.isBoundary(run, position, blocking: false) == true)
            for other in [
                StreamPosition(record: position.record, byte: position.byte + 1),
                StreamPosition(record: position.record, byte: position.byte &- 1),
                StreamPosition(record: position.record + 1, byte: position.byte),
                StreamPosition(record: position.record &- 1, byte: position.byte),
            ] {
                let expected = bytes[other.record] == other.byte
                #expect(try file.isBoundary(run, other, blocking: false) == expected)
            }
        }
        for far in [UInt64.max, run.end.record + 1, 1 << 62] {
            let position = StreamPosition(record: far, byte: run.end.byte)
            #expect(try file.isBoundary(run, position, blocking: false) == false)
        }
    }

    @Test(arguments: streams.indices)
    func aPageEndsWhereThePlainRuleSays(index: Int) throws {
        let (runs, file, _) = try ModelSegment.write(Self.streams, to: MemoryVolume())
        let run = try #require(runs[index])
        let model = Self.streams[index]
        let positions = model.path.positions
        let random = SeededRandom(seed: UInt64(index))
        for _ in 0..<80 {
            let from = positions[random.next(below: positions.count)]
            let spread = [3, 200, 70_000, 1 << 21][random.next(below: 4)]
            let limit = from.byte + UInt64(random.next(below: spread))
            let end = try file.end(run, from: from, limit: limit, blocking: false)
            #expect(end == model.end(from: from, limit: limit), "\(from) \(limit)")
        }
        #expect(
            try file.end(run, from: positions[0], limit: .max, blocking: false) == run.end)
        #expect(
            try file.end(run, from: positions[0], limit: 0, blocking: false)
                == model.end(from: positions[0], limit: 0))
    }

    @Test func aPlaceCostsOneIntervalAndOneBlockOfTheTable() throws {
        let plan = FaultPlan()
        let volume = FaultyVolume(MemoryVolume(), plan: plan)
        // 500 intervals of empty records: four blocks of the table.
        var stream = ModelStream(id: 1, sets: [])
        stream.record.tail.record = 500_000
        let writer = try SegmentWriter(volume: volume, header: ModelSegment.header)
        try writer.beginStream(
            stream.record, runStart: .start, headBefore: stream.headBefore)
        let set = [LengthEntry](repeating: ModelRecord().entry, count: 1000)
        for _ in 0..<500 {
            try writer.append(entries: set, payload: [], headAfter: stream.record.head)
        }
        let run = try #require(try writer.endStream())
        _ = try writer.finish()
        let file = try SegmentFile.open(volume: volume, number: ModelSegment.header.number)
        #expect(run.checkpointCount == 500)
        for number in stride(from: 0, to: 500_000, by: 9973) {
            let before = plan.count(of: .read)
            let position = StreamPosition(record: UInt64(number), byte: 0)
            #expect(try file.isBoundary(run, position, blocking: true) == true)
            // At the edge of two blocks of the table the guess may take the wrong one.
            #expect(plan.count(of: .read) - before <= 3)
        }
    }

    @Test func nothingWaitsForADiskUnasked() throws {
        let plan = FaultPlan()
        let volume = FaultyVolume(MemoryVolume(), plan: plan)
        let (runs, file, _) = try ModelSegment.write(Self.streams, to: volume)
        plan.refuseImmediateReads(true)
        for run in runs {
            let run = try #require(run)
            let position = StreamPosition(record: run.firstRecord + 1, byte: run.firstByte)
            var bytes = [UInt8](repeating: 0, count: 10)
            #expect(try file.isBoundary(run, position, blocking: false) == nil)
            #expect(
                try file.end(run, from: run.start, limit: run.firstByte + 9, blocking: false)
                    == nil)
            #expect(
                try bytes.withUnsafeMutableBytes {
                    try file.read(run, from: run.firstByte, into: $0, blocking: false)
                } == false)
            #expect(
                try file.checkData(offset: run.dataOffset, count: 10, blocking: false) == false)
            #expect(try file.checkData(offset: run.dataOffset, count: 10, blocking: true))
            #expect(try file.checkData(offset: run.dataOffset, count: 10, blocking: false))
            #expect(try file.isBoundary(run, run.end, blocking: true) == true)
        }
    }

    @Test func aBlockIsReadOnceToBeChecked() throws {
        let plan = FaultPlan()
        let volume = FaultyVolume(MemoryVolume(), plan: plan)
        let (_, file, _) = try ModelSegment.write(Self.streams, to: volume)
        let bytes = Int(file.footer.dataBytes)
        #expect(try file.checkData(offset: 4096, count: bytes, blocking: true))
        let before = plan.count(of: .read)
        #expect(try file.checkData(offset: 4096, count: bytes, blocking: true))
        #expect(plan.count(of: .read) == before)
    }
}
