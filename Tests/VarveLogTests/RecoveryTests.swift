import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct RecoveryTests {
    @Test func aLogCutAtAnyByteOfItsLastFrameReopensWithTheCompletePrefix() throws {
        let image = try tornExample(records: [[pattern(40)], [pattern(33), pattern(5)]])
        let last = try #require(image.frames().last)
        let end = last.byte + Int(last.header.frameBytes)
        for cut in last.byte..<end {
            var torn = image
            for byte in cut..<end { torn.files[last.path]?[byte] = 0 }
            try expectReopens(torn, to: pattern(40))
        }
        try expectReopens(image, to: pattern(40) + pattern(33) + pattern(5))
    }

    @Test func aFrameLostBeforeOneThatWasKeptEndsTheLogThere() throws {
        let image = try tornExample(records: [[pattern(40)], [pattern(50)], [pattern(60)]])
        let frames = try image.frames()
        let lost = frames[frames.count - 2]
        var torn = image
        for byte in lost.byte..<lost.byte + Int(lost.header.frameBytes) {
            torn.files[lost.path]?[byte] = 0
        }
        try expectReopens(torn, to: pattern(40))
    }

    @Test func leftoversOfATornGroupNeverJoinLaterFrames() throws {
        // Frame 3 is lost and frame 4 kept; then a new frame 3 is written: the old 4 must stay
        // away.
        let image = try tornExample(records: [[pattern(40)], [pattern(50)], [pattern(60)]])
        let frames = try image.frames()
        let lost = frames[frames.count - 2]
        var torn = image
        torn.files[lost.path]?[lost.byte + 20] ^= 0xff
        let volume = try torn.volume()
        let first = try TestLog(volume, seed: 11)
        let stream = try #require(first.find("s"))
        let lsn = try first.append([pattern(50)], to: stream)
        #expect(lsn.rawValue == lost.header.lsn)
        first.log.abandon()
        try expectReopens(VolumeImage(of: volume), to: pattern(40) + pattern(50))
    }

    @Test func anIncompleteSetIsDroppedWhole() throws {
        let image = try tornExample(records: [[pattern(40)], [pattern(600_000)]])
        let frames = try image.frames()
        #expect(frames.last?.header.partCount == 3)
        let last = frames[frames.count - 1]
        var torn = image
        torn.files[last.path]?[last.byte + 300] ^= 1
        try expectReopens(torn, to: pattern(40))
    }

    @Test func damageBelowTheDurableMarkIsReportedWithItsPlaceAndNothingIsChanged() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let stream = try test.create("s")
        for number in 0..<5 { try test.append([pattern(100, seed: number)], to: stream) }
        test.log.close()
        let image = try VolumeImage(of: volume)
        for place in try image.frames() {
            for offset in [0, 5, 40, 90, Int(place.header.frameBytes) - 1] {
                var damaged = image
                damaged.files[place.path]?[place.byte + offset] ^= 0x01
                let volume = try damaged.volume()
                let error = #expect(throws: LogError.self) { try TestLog(volume, seed: 5) }
                guard case .corruption(let file, let byte, let count, _) = error else {
                    Issue.record("expected corruption, found \(String(describing: error))")
                    continue
                }
                #expect(file == place.path)
                #expect(byte == UInt64(place.byte))
                #expect(count > 0)
                #expect(try VolumeImage(of: volume) == damaged)
                let report = try LogVerifier.verify(volume: volume)
                #expect(report.damages.first?.byte == UInt64(place.byte))
            }
        }
    }

    @Test func damageToAGroupHeaderOrItsPaddingBelowTheMarkIsCorruption() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let stream = try test.create("s")
        try test.append([pattern(100)], to: stream)
        test.log.close()
        let image = try VolumeImage(of: volume)
        let place = try #require(image.frames().first)
        for byte in [place.group.byte, place.group.byte + 20, place.group.endByte - 1] {
            var damaged = image
            damaged.files[place.path]?[Int(byte)] ^= 0x01
            #expect(throws: LogError.self) { try TestLog(damaged.volume(), seed: 5) }
            #expect(try !LogVerifier.verify(volume: damaged.volume()).isClean)
        }
    }

    @Test func recoveryTwiceGivesTheSameLog() throws {
        let image = try tornExample(records: [[pattern(40)], [pattern(50), pattern(1)]])
        let volume = try image.volume()
        var heads: [ChainHash] = []
        for seed in 20..<24 {
            let test = try TestLog(volume, seed: UInt64(seed))
            let stream = try #require(test.find("s"))
            heads.append(test.head(stream))
            #expect(try test.bytes(of: stream) == pattern(40) + pattern(50) + pattern(1))
            test.log.abandon()
        }
        #expect(Set(heads).count == 1)
    }

    @Test func manyCrashAndAppendCyclesLoseNothing() throws {
        var volume = MemoryVolume()
        var expected: [UInt8] = []
        let random = SeededRandom(seed: 31)
        for cycle in 0..<40 {
            let test = try TestLog(volume, seed: UInt64(100 + cycle))
            let stream = try test.find("s") ?? test.create("s")
            #expect(try test.bytes(of: stream) == expected)
            #expect(try test.log.verify(stream).hash == test.head(stream))
            for _ in 0..<random.next(below: 4) + 1 {
                let record = pattern(random.next(below: 3000), seed: cycle)
                try test.append([record], to: stream)
                expected += record
            }
            if cycle % 3 == 0 { test.log.close() } else { test.log.abandon() }
            #expect(try LogVerifier.verify(volume: volume).damages == [])
            // Whatever lies behind the last group is garbage after a crash.
            var image = try VolumeImage(of: volume)
            let path = VolumeImage.journal(image.lastNumber)
            if cycle % 3 == 1, let last = try image.frames().last, last.path == path {
                let end = Int(last.group.endByte)
                for byte in end..<end + 5000 {
                    image.files[path]?[byte] = UInt8(truncatingIfNeeded: random.next())
                }
                volume = try image.volume()
            }
        }
    }

    @Test func theHeadAfterReopeningIsTheHeadBeforeOverManyFiles() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let stream = try test.create("s")
        var expected: [UInt8] = []
        for number in 0..<80 {
            let record = pattern(100_000, seed: number)
            while true {
                do {
                    try test.append([record], to: stream)
                    break
                } catch LogError.overloaded {
                    continue
                }
            }
            expected += record
        }
        let head = test.head(stream)
        #expect(try test.bytes(of: stream) == expected)
        test.log.close()
        #expect(try VolumeImage(of: volume).lastNumber >= 8)
        let again = try TestLog(volume, seed: 2)
        let found = try #require(again.find("s"))
        #expect(again.head(found) == head)
        #expect(try again.bytes(of: found) == expected)
        #expect(try again.log.verify(found).hash == head)
        again.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func aMissingFirstOrMiddleFileIsNamed() throws {
        let volume = MemoryVolume()
        for seed in 1..<4 { try TestLog(volume, seed: UInt64(seed)).log.close() }
        let image = try VolumeImage(of: volume)
        for number in [UInt64(1), 2] {
            var damaged = image
            damaged.files[VolumeImage.journal(number)] = nil
            #expect(throws: LogError.missingFile(path: VolumeImage.journal(number))) {
                try TestLog(damaged.volume(), seed: 9)
            }
            let report = try LogVerifier.verify(volume: damaged.volume())
            #expect(report.damages.first?.file == VolumeImage.journal(number))
        }
    }

    @Test func swappedAndRenamedFilesAreRefused() throws {
        let volume = MemoryVolume()
        for seed in 1..<4 { try TestLog(volume, seed: UInt64(seed)).log.close() }
        var image = try VolumeImage(of: volume)
        let first = image.files[VolumeImage.journal(1)]
        image.files[VolumeImage.journal(1)] = image.files[VolumeImage.journal(2)]
        image.files[VolumeImage.journal(2)] = first
        #expect(throws: LogError.self) { try TestLog(image.volume(), seed: 9) }
    }

    @Test func foreignAndNewerFilesAreNamedAndNothingIsChanged() throws {
        let volume = MemoryVolume()
        try TestLog(volume).log.close()
        let before = try VolumeImage(of: volume)
        _ = try volume.open("journal/notes.txt", create: .exclusive)
        #expect(throws: LogError.foreignFile(path: "journal/notes.txt")) {
            try TestLog(volume, seed: 2)
        }
        try volume.remove("journal/notes.txt")
        _ = try volume.open("photo.jpg", create: .exclusive)
        #expect(throws: LogError.foreignFile(path: "photo.jpg")) { try TestLog(volume, seed: 2) }
        try volume.remove("photo.jpg")
        try volume.makeDirectory("indexes")
        #expect(throws: LogError.foreignFile(path: "indexes")) { try TestLog(volume, seed: 2) }
        #expect(try VolumeImage(of: volume) == before)
    }

    @Test func aSecondOpenerIsRefused() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        #expect(throws: LogError.self) { try TestLog(volume, seed: 2) }
        test.log.close()
        try TestLog(volume, seed: 3).log.close()
    }

    @Test func theSpaceBehindARecordedEndIsGivenBack() throws {
        let volume = MemoryVolume()
        for seed in 1..<6 { try TestLog(volume, seed: UInt64(seed)).log.abandon() }
        let image = try VolumeImage(of: volume)
        // What is left is the header and the seal.
        #expect(image.files[VolumeImage.journal(1)]?.count == 2 * Format.fileHeaderBytes)
        try TestLog(volume, seed: 9).log.close()
    }

    /// A volume as a crash leaves it: one stream, one append per group, nothing marked behind the
    /// stream's creation.
    private func tornExample(records: [[[UInt8]]]) throws -> VolumeImage {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let stream = try test.create("s", [])
        try test.append(records[0], to: stream)
        // One group for all the rest: no header in it says that any of it was synced.
        var last = LSN.none
        for batch in records.dropFirst() { last = try test.stage(batch, to: stream) }
        try test.log.waitUntilDurable(last)
        test.log.abandon()
        return try VolumeImage(of: volume)
    }

    private func expectReopens(_ image: VolumeImage, to expected: [UInt8]) throws {
        let volume = try image.volume()
        let first = try TestLog(volume, seed: 7)
        let stream = try #require(first.find("s"))
        #expect(try first.bytes(of: stream) == expected)
        #expect(try first.log.verify(stream).hash == first.head(stream))
        try first.append([pattern(12, seed: 3)], to: stream)
        first.log.abandon()
        let second = try TestLog(volume, seed: 8)
        let again = try #require(second.find("s"))
        #expect(try second.bytes(of: again) == expected + pattern(12, seed: 3))
        second.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }
}
