import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// Somebody who knows the format and repairs every checksum: only the chain can tell.
@Suite struct TamperTests {
    @Test func anEditedPayloadIsFoundEvenWithARepairedChecksum() throws {
        try expectFound { image, places in
            image.edit(places[2], at: Int(places[2].header.frameBytes) - 1)
        }
    }

    @Test func anEditedLastRecordIsFound() throws {
        try expectFound { image, places in
            let last = places[places.count - 1]
            image.edit(last, at: Int(last.header.frameBytes) - 1)
        }
    }

    @Test func aMovedOffsetIsFound() throws {
        try expectFound { image, places in
            image.edit(places[3], at: 56)
        }
    }

    @Test func aRecordMovedToAnotherStreamIsFound() throws {
        try expectFound { image, places in
            // Frames 3 and 4 append alike to the two streams: swap the streams they name.
            image.set(places[2], at: 16, to: places[3].header.stream)
            image.set(places[3], at: 16, to: places[2].header.stream)
        }
    }

    @Test func aForgedHeadIsFound() throws {
        try expectFound { image, places in image.edit(places[2], at: 80) }
    }

    @Test func aCutTailAndARewrittenLogHaveAnotherHeadThanTheOneKnown() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let stream = try test.create("one")
        try test.append([pattern(20)], to: stream)
        let middle = test.head(stream)
        try test.append([pattern(21)], to: stream)
        let known = test.head(stream)
        test.log.abandon()
        var image = try VolumeImage(of: volume)
        let last = try #require(image.frames().last)
        for byte in Int(last.group.byte)..<Int(last.group.endByte) {
            image.files[last.path]?[byte] = 0
        }
        let cut = try LogVerifier.verify(volume: image.volume())
        #expect(cut.streams.first?.head == middle)
        #expect(cut.streams.first?.head != known)
        let rewritten = MemoryVolume()
        let other = try TestLog(rewritten, seed: 2)
        let forged = try other.create("one")
        try other.append([pattern(20)], to: forged)
        try other.append([pattern(21)], to: forged)
        #expect(other.head(forged) != known)
    }

    private func expectFound(
        _ tamper: (inout VolumeImage, [VolumeImage.Place]) -> Void
    ) throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let one = try test.create("one")
        let two = try test.create("two")
        for _ in 0..<3 {
            try test.append([pattern(20)], to: one)
            try test.append([pattern(20)], to: two)
        }
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).isClean)
        var image = try VolumeImage(of: volume)
        tamper(&image, try image.frames())
        let changed = try image.volume()
        let report = try LogVerifier.verify(volume: changed)
        #expect(!report.isClean)
        #expect(report.damages.first?.file == VolumeImage.journal(1))
        #expect(report.damages.first?.stream != nil)
    }
}

extension VolumeImage {
    /// Changes one byte of a frame and repairs its checksum.
    mutating func edit(_ place: Place, at offset: Int) {
        files[place.path]?[place.byte + offset] ^= 0x20
        reseal(place)
    }

    /// Sets a 64-bit field of a frame and repairs its checksum.
    mutating func set(_ place: Place, at offset: Int, to value: UInt64) {
        files[place.path]?.withUnsafeMutableBytes {
            $0.baseAddress?.storeLittleEndian(value, at: place.byte + offset)
        }
        reseal(place)
    }
}
