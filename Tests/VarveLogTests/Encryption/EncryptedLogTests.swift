import Testing
import VarveBytes
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// The log over an encrypted volume: the same answers, and the same behaviour after crashes.
@Suite struct EncryptedLogTests {
    @Test("plain and encrypted volumes give identical reads and heads")
    func sameReads() throws {
        let plain = MemoryVolume()
        let encrypted = EncryptedVolume(MemoryVolume(), key: .forTests)
        var heads: [[ChainHash]] = []
        for volume in [plain, encrypted] as [any Volume] {
            var found: [ChainHash] = []
            for seed in 1...4 {
                let test = try TestLog(volume, seed: UInt64(seed))
                let stream = try test.find("s") ?? test.create("s")
                for number in 0..<10 {
                    try test.append([pattern(number * 777, seed: seed)], to: stream)
                }
                found.append(test.head(stream))
                let expected = (1...seed).flatMap { seed in
                    (0..<10).flatMap { pattern($0 * 777, seed: seed) }
                }
                #expect(try test.bytes(of: stream) == expected)
                #expect(try test.log.verify(stream).hash == test.head(stream))
                if seed % 2 == 0 { test.log.close() } else { test.log.abandon() }
            }
            heads.append(found)
            #expect(try LogVerifier.verify(volume: volume).damages == [])
        }
        // The incarnations are random, but drawn from equal seeds.
        #expect(heads[0] == heads[1])
    }

    @Test("a torn group ends an encrypted log at the complete prefix")
    func tornGroup() throws {
        let below = MemoryVolume()
        let test = try TestLog(EncryptedVolume(below, key: .forTests))
        let stream = try test.create("s")
        try test.append([pattern(40)], to: stream)
        var last = LSN.none
        for size in [5000, 6000] { last = try test.stage([pattern(size)], to: stream) }
        try test.log.waitUntilDurable(last)
        test.log.abandon()
        let image = try VolumeImage(of: EncryptedVolume(below, key: .forTests))
        let torn = try #require(image.frames().last)
        // One sealed block in the middle of the group that was never marked is torn.
        let block = (UInt64(torn.byte) + 5000) / 4096
        let file = try below.open(torn.path, create: .never)
        let place = 12416 + block * 4144 + 100
        var byte: [UInt8] = [0]
        try byte.withUnsafeMutableBytes { try file.read(at: place, into: $0) }
        // Any fixed value is what one file in 256 has there: file ids, so keys, are random.
        try [~byte[0]].withUnsafeBytes { try file.write($0, at: place) }
        let again = try TestLog(EncryptedVolume(below, key: .forTests), seed: 2)
        let found = try #require(again.find("s"))
        let kept = try again.bytes(of: found)
        #expect(kept.count == 5040, "the torn frame is at byte \(torn.byte)")
        #expect(kept == pattern(40) + pattern(5000))
        try again.append([pattern(7)], to: found)
        again.log.close()
        #expect(try LogVerifier.verify(volume: EncryptedVolume(below, key: .forTests)).isClean)
    }

    @Test("an edited byte below the durable mark is corruption that says what the cipher found")
    func editedByte() throws {
        let below = MemoryVolume()
        let test = try TestLog(EncryptedVolume(below, key: .forTests))
        let stream = try test.create("s")
        for number in 0..<5 { try test.append([pattern(100, seed: number)], to: stream) }
        test.log.close()
        let path = VolumeImage.journal(1)
        let file = try below.open(path, create: .never)
        for block in 0..<UInt64(6) {
            let place = 12416 + block * 4144 + 1000
            var byte: [UInt8] = [0]
            try byte.withUnsafeMutableBytes { try file.read(at: place, into: $0) }
            try [byte[0] ^ 1].withUnsafeBytes { try file.write($0, at: place) }
            let error = #expect(throws: LogError.self) {
                try TestLog(EncryptedVolume(below, key: .forTests), seed: 5)
            }
            guard case .corruption(let named, let at, _, let detail) = error else {
                Issue.record("block \(block): \(String(describing: error))")
                continue
            }
            #expect(named == path)
            #expect(at / 4096 == block)
            #expect(detail.contains("authentication"))
            let report = try LogVerifier.verify(volume: EncryptedVolume(below, key: .forTests))
            #expect(report.damages.first?.file == path)
            try byte.withUnsafeBytes { try file.write($0, at: place) }
        }
    }

    @Test("a segment in an encrypted volume holds the same bytes; an edited block is corruption")
    func segments() throws {
        let maker = ModelMaker(seed: 77)
        let streams = (1...5).map { id in
            ModelStream(id: UInt64(id), sets: [maker.set(40, most: 900), maker.set(3, most: 9)])
        }
        let plain = MemoryVolume()
        let below = MemoryVolume()
        try ModelSegment.write(streams, to: plain)
        try ModelSegment.write(streams, to: EncryptedVolume(below, key: .forTests))
        let again = EncryptedVolume(below, key: .forTests)
        #expect(try ModelSegment.bytes(in: again) == ModelSegment.bytes(in: plain))
        let name = SegmentName(number: ModelSegment.header.number).path
        let file = try below.open(name, create: .never)
        let blocks = (file.size - 12416) / 4144
        for block in 0..<blocks {
            let place = 12416 + block * 4144 + 60
            var byte: [UInt8] = [0]
            try byte.withUnsafeMutableBytes { try file.read(at: place, into: $0) }
            try [byte[0] ^ 0x80].withUnsafeBytes { try file.write($0, at: place) }
            let error = #expect(throws: LogError.self) {
                let volume = EncryptedVolume(below, key: .forTests)
                let segment = try SegmentFile.open(
                    volume: volume, number: ModelSegment.header.number)
                try segment.forEachStream { (stream) throws(LogError) in
                    try segment.verify(stream)
                }
            }
            if case .corruption(let named, _, _, _) = error {
                #expect(named == name)
            } else {
                Issue.record("block \(block): \(String(describing: error))")
            }
            try byte.withUnsafeBytes { try file.write($0, at: place) }
        }
    }

    @Test("a wrong key, and no key at all, are errors that say so")
    func wrongKey() throws {
        let below = MemoryVolume()
        try TestLog(EncryptedVolume(below, key: .forTests)).log.close()
        let wrong = #expect(throws: LogError.self) {
            try TestLog(EncryptedVolume(below, key: .otherForTests), seed: 2)
        }
        #expect(wrong?.description.contains("wrong key") == true)
        let missing = #expect(throws: LogError.self) { try TestLog(below, seed: 2) }
        #expect(missing?.description.contains("no key was given") == true)
        let plain = MemoryVolume()
        try TestLog(plain).log.close()
        let refused = #expect(throws: LogError.self) {
            try TestLog(EncryptedVolume(plain, key: .forTests), seed: 2)
        }
        #expect(refused?.description.contains("not encrypted") == true)
    }

    @Test("two encrypted journal files with swapped names are refused")
    func swappedFiles() throws {
        let below = MemoryVolume()
        for seed in 1..<4 {
            try TestLog(EncryptedVolume(below, key: .forTests), seed: UInt64(seed)).log.close()
        }
        try below.rename(VolumeImage.journal(1), to: "journal/x")
        try below.rename(VolumeImage.journal(2), to: VolumeImage.journal(1))
        try below.rename("journal/x", to: VolumeImage.journal(2))
        #expect(throws: LogError.self) {
            try TestLog(EncryptedVolume(below, key: .forTests), seed: 9)
        }
    }

    @Test(
        "over many losses of power an encrypted log keeps every acknowledged record",
        arguments: 0..<8)
    func powerLoss(seed: UInt64) throws {
        let disk = SimulatedVolume()
        let random = SeededRandom(seed: 500 + seed)
        var acknowledged: [UInt8] = []
        for cycle in 0..<12 {
            let volume = EncryptedVolume(disk, key: .forTests)
            let test = try TestLog(volume, seed: seed * 100 + UInt64(cycle))
            let stream: LogStream
            if let found = test.find("s") {
                stream = found
            } else {
                #expect(acknowledged.isEmpty)
                stream = try test.create("s")
                test.log.requestCommit()
                try test.append([[1]], to: stream)
                acknowledged = [1]
            }
            let bytes = try test.bytes(of: stream)
            #expect(bytes.starts(with: acknowledged), "seed \(seed), cycle \(cycle)")
            #expect(try test.log.verify(stream).hash == test.head(stream))
            acknowledged = bytes
            for _ in 0..<random.next(below: 5) + 1 {
                let record = pattern(random.next(below: 12_000) + 1, seed: cycle)
                try test.append([record], to: stream)
                acknowledged += record
            }
            // What is not waited for may be torn.
            try test.stage([pattern(9000, seed: 99)], to: stream)
            test.log.requestCommit()
            disk.crash(.random(seed: random.next()))
            test.log.abandon()
        }
    }
}
