import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// What another log of this kind was found to get wrong, each shown to be right here.
@Suite struct ReferenceFailureTests {
    private let volume = MemoryVolume()

    @Test("what is appended behind a torn tail is read back")
    func tornTail() throws {
        let test = try TestLog(volume)
        let stream = try test.create("a", [pattern(50)])
        try test.append([pattern(60)], to: stream)
        test.log.abandon()
        let whole = try VolumeImage(of: volume)
        let last = try #require(try whole.frames().last)
        for cut in stride(from: 1, to: Int(last.header.frameBytes), by: 13) {
            var torn = whole
            for byte in last.byte + cut..<last.byte + Int(last.header.frameBytes) {
                torn.files[last.path]?[byte] = 0
            }
            let volume = try torn.volume()
            for seed in 2...4 as ClosedRange<UInt64> {
                let test = try TestLog(volume, seed: seed)
                let stream = try #require(test.find("a"))
                let before = try test.bytes(of: stream)
                try test.append([pattern(20, seed: Int(seed))], to: stream)
                #expect(try test.bytes(of: stream) == before + pattern(20, seed: Int(seed)))
                test.log.abandon()
            }
            let again = try TestLog(volume, seed: 9)
            #expect(try again.bytes(of: #require(again.find("a"))).count == 50 + 3 * 20)
            again.log.abandon()
        }
    }

    @Test("a flipped bit of a length is reported, and deletes nothing behind it")
    func flippedLength() throws {
        let test = try TestLog(volume)
        let stream = try test.create("a")
        for round in 0..<6 { try test.append([pattern(40, seed: round)], to: stream) }
        test.log.close()
        let whole = try VolumeImage(of: volume)
        let place = try whole.frames()[2]
        // The frame's own length, and that of the record in it.
        for byte in [0, 1, 2, 3] {
            for bit in 0..<8 {
                var image = whole
                image.files[place.path]?[place.byte + byte] ^= 1 << UInt8(bit)
                let damaged = try image.volume()
                do {
                    _ = try TestLog(damaged, seed: 2)
                    Issue.record("bit \(bit) of byte \(byte) was not noticed")
                } catch let error as LogError {
                    guard case .corruption(let file, let at, _, _) = error else {
                        Issue.record("\(error)")
                        continue
                    }
                    #expect(file == place.path)
                    #expect(at == UInt64(place.byte))
                }
                #expect(try VolumeImage(of: damaged) == image)
                image.files[place.path]?[place.byte + byte] ^= 1 << UInt8(bit)
                let mended = try TestLog(image.volume(), seed: 3)
                #expect(try mended.bytes(of: #require(mended.find("a"))).count == 240)
                mended.log.abandon()
            }
        }
    }

    @Test("a read costs the bytes that it gives and a bounded part of an index, not a whole file")
    func readCost() throws {
        let counting = CountingVolume(volume)
        var options = LogOptions.small
        options.windowBytes = 1 << 20
        let test = try TestLog(counting, options: options)
        let stream = try test.create("a")
        for round in 0..<60 {
            let records = (0..<400).map { pattern(200, seed: round * 400 + $0) }
            try patiently { try test.append(records, to: stream) }
        }
        for settles in [false, true] {
            if settles { try test.log.settle() }
            // Once, so that what is checked once per process is checked.
            _ = try test.bytes(of: stream)
            let total = 60 * 400 * 200
            for record in [0, 7, 999, 12_345, 23_999] {
                _ = counting.takeBytesRead()
                let start = StreamPosition(record: UInt64(record), byte: UInt64(record * 200))
                let run = try test.log.read(
                    stream, from: start, maxBytes: 200, through: test.log.durable, blocking: true)
                let bytes = try test.copy(run)
                #expect(bytes == pattern(200, seed: record))
                #expect(counting.takeBytesRead() < UInt64(total / 10), "record \(record)")
            }
        }
        test.log.close()
    }

    @Test("an append writes its own group, not an index that grows with the number of segments")
    func appendBytes() throws {
        let plan = FaultPlan()
        let indexes = MemoryIndexSource()
        var options = LogOptions.small
        options.workers = .stepped
        let test = try TestLog(
            FaultyVolume(volume, plan: plan), indexes: indexes, options: options)
        let stream = try test.create("a")
        for round in 0..<12 {
            let (writes, syncs) = (plan.count(of: .write), plan.count(of: .sync))
            try test.append([pattern(100, seed: round)], to: stream)
            #expect(plan.count(of: .write) - writes == 1)
            #expect(plan.count(of: .sync) - syncs == 1)
            #expect(plan.count(of: .truncate) == 0)
            try test.log.settle()
        }
        test.log.close()
    }
}
