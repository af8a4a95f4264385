import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct FrameTests {
    @Test func anyChangedByteOfAFrameIsNoticed() throws {
        var image = try example()
        let place = try #require(image.frames().last)
        for byte in place.byte..<place.byte + Int(place.header.frameBytes) {
            image.files[place.path]?[byte] ^= 0x40
            #expect(try parse(image, place) == nil)
            image.files[place.path]?[byte] ^= 0x40
        }
        #expect(try parse(image, place) == place.header)
    }

    @Test func aFrameIsNeverTakenForOneOfAnotherFileOrPlace() throws {
        let image = try example()
        let place = try #require(image.frames().last)
        var other = place
        other.fileID ^= 1
        #expect(try parse(image, other) == nil)
        other = place
        other.header.lsn += 1
        #expect(try parse(image, other) == nil)
    }

    @Test func resealedContradictionsAreRefusedWithoutTrapping() throws {
        let original = try example()
        let place = try #require(original.frames().last)
        let random = SeededRandom(seed: 4)
        var accepted = 0
        for _ in 0..<20_000 {
            var image = original
            // Mostly the header and the lengths: that is where contradictions live.
            let byte = place.byte + 4 + random.next(below: 150)
            image.files[place.path]?[byte] = UInt8(truncatingIfNeeded: random.next())
            image.reseal(place)
            if try parse(image, place) != nil { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    private func example() throws -> VolumeImage {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let stream = try test.create("s")
        try test.append(
            [pattern(20), pattern(9)], to: stream, annotation: pattern(15), separator: 44)
        test.log.abandon()
        return try VolumeImage(of: volume)
    }

    private func parse(
        _ image: VolumeImage, _ place: VolumeImage.Place
    ) throws -> FrameHeader? {
        let bytes = try #require(image.files[place.path])
        return bytes.withUnsafeBytes { bytes in
            let room = UnsafeRawBufferPointer(
                rebasing: bytes[place.byte..<place.byte + Int(place.header.frameBytes)])
            guard
                let frame = try? Frame(room, fileID: place.fileID, lsn: place.header.lsn)
            else { return nil }
            // Everything it offers is within its bytes.
            _ = frame.payload.reduce(0, &+)
            _ = frame.annotation.reduce(0, &+)
            for index in 0..<Int(frame.header.recordCount) { _ = frame.entry(index).kind }
            if frame.header.kind == .create { _ = (frame.incarnation, Array(frame.name)) }
            return frame.header
        }
    }
}
