import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("A trim that a crash cuts off")
struct TrimRecoveryTests {
    /// The journal of a log that died after a trim, its stream's borders, and whether it was
    /// closed.
    private func example(isClosed: Bool) throws -> (VolumeImage, [StreamPosition]) {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let stream = try test.create("s")
        var borders = [StreamPosition.start]
        for index in 0..<4 {
            try test.append([pattern(30, seed: index)], to: stream)
            borders.append(test.tail(stream))
        }
        try test.log.trim(stream, before: borders[1])
        if isClosed { try test.log.closeStream(stream) }
        try test.log.trim(stream, before: borders[3])
        test.log.abandon()
        return (try VolumeImage(of: volume), borders)
    }

    private func expect(
        _ image: VolumeImage, beginsAt start: StreamPosition, isClosed: Bool
    ) throws {
        let volume = try image.volume()
        var head: ChainHash?
        for seed in [2, 3] as [UInt64] {
            let test = try TestLog(volume, seed: seed)
            let stream = try #require(test.find("s"))
            #expect(stream.withLock { $0.visibleStart } == start)
            #expect(try test.bytes(of: stream, from: start).count == Int(120 - start.byte))
            #expect(try test.log.verify(stream).hash == test.head(stream))
            if let head { #expect(test.head(stream) == head) }
            head = test.head(stream)
            test.log.abandon()
        }
        let test = try TestLog(volume, seed: 4)
        let stream = try #require(test.find("s"))
        if !isClosed { try test.append([pattern(1)], to: stream) }
        let tail = test.tail(stream)
        try test.log.trim(stream, before: tail)
        #expect(stream.withLock { $0.visibleStart } == tail)
        #expect(try test.log.verify(stream).hash == test.head(stream))
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).isClean)
    }

    @Test(
        "cut at any byte of its frame, the stream begins where it did before",
        arguments: [false, true])
    func everyByte(isClosed: Bool) throws {
        let (image, borders) = try example(isClosed: isClosed)
        let last = try #require(image.frames().last)
        #expect(last.header.trims)
        let end = last.byte + Int(last.header.frameBytes)
        for cut in last.byte..<end {
            var torn = image
            for byte in cut..<end { torn.files[last.path]?[byte] = 0 }
            // What was zero already is no cut.
            if torn == image { continue }
            try expect(torn, beginsAt: borders[1], isClosed: isClosed)
        }
        try expect(image, beginsAt: borders[3], isClosed: isClosed)
    }

    @Test("a changed place or head of a trim is found, though its checksum was made to fit")
    func tampering() throws {
        let (image, _) = try example(isClosed: false)
        let last = try #require(image.frames().last)
        let place = last.byte + Format.frameHeaderBytes
        // Record, byte, head.
        for offset in [0, 8, 16, 47] {
            var tampered = image
            tampered.files[last.path]?[place + offset] ^= 2
            tampered.reseal(last)
            let report = try LogVerifier.verify(volume: try tampered.volume())
            #expect(!report.isClean, "byte \(offset)")
        }
        // The trim left out: the chain's head is another one.
        let whole = try LogVerifier.verify(volume: try image.volume())
        #expect(whole.isClean, "\(whole.lines)")
    }

    @Test(
        "a set that trims beyond its stream, backwards, or not at all is corruption",
        arguments: [(5, 150), (1, 30), (0, 0), (4, 121)] as [(UInt64, UInt64)])
    func impossible(_ record: UInt64, _ byte: UInt64) throws {
        let (image, _) = try example(isClosed: false)
        let last = try #require(image.frames().last)
        var changed = image
        changed.files[last.path]?.withUnsafeMutableBytes { bytes in
            let base = bytes.baseAddress.unsafelyUnwrapped + last.byte + Format.frameHeaderBytes
            base.storeLittleEndian(record, at: 0)
            base.storeLittleEndian(byte, at: 8)
        }
        changed.reseal(last)
        let error = #expect(throws: LogError.self) { try TestLog(try changed.volume()) }
        #expect(error?.code == "corruption")
        #expect(error?.description.contains("trim") == true)
    }

    @Test("a trim flag on frames that cannot trim is a bad frame, and never read as more")
    func impossibleFlag() throws {
        let (image, _) = try example(isClosed: true)
        for place in try image.frames().dropLast() {
            var changed = image
            changed.files[place.path]?[place.byte + 33] ^= 2
            changed.reseal(place)
            // Damage or the end of the log, or a contradiction: opening survives, or says so.
            do {
                let test = try TestLog(try changed.volume())
                test.log.abandon()
            } catch LogError.corruption {
                continue
            }
        }
    }
}
