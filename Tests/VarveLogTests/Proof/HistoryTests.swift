import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// Somebody who can write the files, knows the format and repairs every checksum, against somebody
/// who kept a signed head: over the journal and over segments.
@Suite("History that was changed") struct HistoryTests {
    /// Where the records lie.
    enum Place: CaseIterable {
        case journal
        case segments
    }

    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()
    private let signer: HeadSigner

    init() throws {
        signer = try HeadSigner(random: SeededRandom(seed: 9))
    }

    /// A log with two streams of records of the same lengths, and the signed head of the first.
    private func write(
        _ place: Place, to volume: MemoryVolume? = nil, seed: UInt64 = 1, rounds: Int = 4,
        edited: Int? = nil
    ) throws -> SignedHead {
        let test = try TestLog(volume ?? self.volume, indexes: MemoryIndexSource(), seed: seed)
        let one = try test.create("one")
        let two = try test.create("two")
        for round in 0..<rounds {
            let count = 20 + 4 * (round % 2)
            try test.append([pattern(count, seed: round == edited ? 99 : round)], to: one)
            try test.append([pattern(count, seed: round + 50)], to: two)
        }
        let head = try test.log.signedHead(of: one, by: signer)
        if place == .segments { try test.log.settle() }
        test.log.close()
        return head
    }

    private func verify(
        _ head: SignedHead, in other: (any Volume)? = nil, jobs: Int = 1
    ) throws -> VerificationReport {
        var options = VerificationOptions()
        options.heads = [head]
        options.publicKeys = signer.publicKeys
        options.jobs = jobs
        return try LogVerifier.verify(volume: other ?? volume, options: options)
    }

    /// The log is as it was written, is then changed, and that is found.
    private func expectDamage(
        _ place: Place, journal: (inout VolumeImage, [VolumeImage.Place]) -> Void,
        segment: (inout SegmentImage) throws -> Void
    ) throws {
        let head = try write(place)
        let clean = try verify(head)
        #expect(clean.isProven && clean.heads.first?.verdict == .held)
        let report: VerificationReport
        switch place {
        case .journal:
            var image = try VolumeImage(of: volume)
            journal(&image, try image.frames())
            report = try verify(head, in: image.volume())
        case .segments:
            var image = try SegmentImage(of: volume)
            try segment(&image)
            try image.save()
            report = try verify(head)
        }
        #expect(!report.isClean)
        #expect(report.heads.first?.verdict == .damaged)
        #expect(!report.isProven)
        #expect(report.damages.contains { $0.stream == "one" })
        let file = place == .journal ? VolumeImage.journal(1) : SegmentName(number: 1).path
        #expect(report.damages.first?.file == file)
    }

    @Test("an edited payload is found", arguments: Place.allCases)
    func editedPayload(_ place: Place) throws {
        try expectDamage(place) { image, frames in
            // Frames: two creates, then one append to each stream in turn.
            image.edit(frames[4], at: Int(frames[4].header.frameBytes) - 1)
        } segment: { image in
            let run = try #require(try image.run(of: "one"))
            image.set(run.dataOffset + 25, to: [0xee])
        }
    }

    @Test("an edited last record is found", arguments: Place.allCases)
    func editedLastRecord(_ place: Place) throws {
        try expectDamage(place) { image, frames in
            let last = frames[frames.count - 2]
            image.edit(last, at: Int(last.header.frameBytes) - 1)
        } segment: { image in
            let run = try #require(try image.run(of: "one"))
            image.set(run.dataOffset + run.storedBytes - 1, to: [0xee])
        }
    }

    @Test("a moved offset is found", arguments: Place.allCases)
    func movedOffset(_ place: Place) throws {
        try expectDamage(place) { image, frames in
            image.edit(frames[4], at: 56)
        } segment: { image in
            // The first two records change their lengths: the second begins elsewhere.
            let run = try #require(try image.run(of: "one"))
            let lengths = run.blocksOffset
            let old = Array(image.bytes[Int(lengths)..<Int(lengths) + 4])
            image.set(lengths, to: [old[2], old[3], old[0], old[1]])
            image.resealBlock(of: run)
        }
    }

    @Test("records moved to another stream are found", arguments: Place.allCases)
    func swappedStreams(_ place: Place) throws {
        try expectDamage(place) { image, frames in
            image.set(frames[2], at: 16, to: frames[3].header.stream)
            image.set(frames[3], at: 16, to: frames[2].header.stream)
        } segment: { image in
            let one = try #require(try image.run(of: "one"))
            let two = try #require(try image.run(of: "two"))
            let records = [one, two].map { run in
                Array(image.bytes[Int(run.dataOffset)...].prefix(Int(run.storedBytes)))
            }
            #expect(records[0].count == records[1].count)
            image.set(one.dataOffset, to: records[1])
            image.set(two.dataOffset, to: records[0])
        }
    }

    @Test("a cut tail is found: the stream ends before the signed place", arguments: Place.allCases)
    func cutTail(_ place: Place) throws {
        let head = try write(place)
        // An older copy of the directory, put back.
        let older = MemoryVolume()
        let before = try write(place, to: older, rounds: 3)
        #expect(before.statement.incarnation == head.statement.incarnation)
        for jobs in [1, 3] {
            let report = try verify(head, in: older, jobs: jobs)
            #expect(report.isClean)
            #expect(!report.isProven)
            #expect(report.heads.first?.verdict == .cut)
            #expect(report.heads.first?.tail == before.statement.position)
            #expect(report.heads.first?.signature == .valid)
            #expect(try verify(before, in: older, jobs: jobs).isProven)
        }
    }

    @Test(
        "a log written anew is found, whatever it is made to look like", arguments: Place.allCases)
    func rewrittenLog(_ place: Place) throws {
        let head = try write(place)
        // With everything that is random the same: only the chain differs.
        let forged = MemoryVolume()
        let other = try write(place, to: forged, edited: 1)
        #expect(other.statement.position == head.statement.position)
        let report = try verify(head, in: forged)
        #expect(report.isClean && report.heads.first?.verdict == .rewritten)
        // And as it would be with another server.
        let replaced = MemoryVolume()
        _ = try write(place, to: replaced, seed: 2)
        #expect(try verify(head, in: replaced).heads.first?.verdict == .replaced)
        // And without the stream.
        let empty = MemoryVolume()
        try TestLog(empty).log.close()
        #expect(try verify(head, in: empty).heads.first?.verdict == .missing)
    }

    @Test("a head that was not signed by the key proves nothing", arguments: Place.allCases)
    func forgedHead(_ place: Place) throws {
        let head = try write(place)
        var statement = head.statement
        statement.isClosed = true
        let forged = try SignedHead(statement, key: head.key, signature: head.signature)
        let finding = try #require(verify(forged).heads.first)
        #expect(finding.verdict == .held && !finding.isProven)
        #expect(finding.signature == .wrong(.badSignature(key: head.key)))
        var options = VerificationOptions()
        options.heads = [head]
        let keyless = try LogVerifier.verify(volume: volume, options: options)
        #expect(keyless.heads.first?.signature == .noKey && !keyless.isProven)
    }

    @Test("a head stays proven as the log goes on, settles, and closes the stream")
    func goesOn() throws {
        let test = try TestLog(volume, indexes: indexes)
        let stream = try test.create("one")
        var heads = [try test.log.signedHead(of: stream, by: signer)]
        for round in 0..<6 {
            try test.append((0..<700).map { pattern($0 % 90, seed: round) }, to: stream)
            heads.append(try test.log.signedHead(of: stream, by: signer))
            if round % 3 == 1 { try test.log.settle() }
        }
        try test.append([], to: stream, closes: true)
        heads.append(try test.log.signedHead(of: stream, by: signer))
        test.log.close()
        for jobs in [1, 2] {
            var options = VerificationOptions()
            options.heads = heads
            options.publicKeys = signer.publicKeys
            options.jobs = jobs
            let report = try LogVerifier.verify(volume: volume, options: options)
            #expect(report.isProven)
            #expect(report.heads.map(\.verdict) == heads.map { _ in .held })
        }
    }

    @Test("only the stream that is asked for is followed, the others are only read over")
    func oneStream() throws {
        let head = try write(.journal)
        var options = VerificationOptions()
        options.stream = "one"
        options.heads = [head]
        options.publicKeys = signer.publicKeys
        let report = try LogVerifier.verify(volume: volume, options: options)
        #expect(report.streams.map(\.name) == ["one"])
        #expect(report.isProven)
        var image = try VolumeImage(of: volume)
        let frames = try image.frames()
        image.edit(frames[3], at: Int(frames[3].header.frameBytes) - 1)
        #expect(try LogVerifier.verify(volume: image.volume(), options: options).isProven)
        #expect(try !LogVerifier.verify(volume: image.volume()).isClean)
    }
}
