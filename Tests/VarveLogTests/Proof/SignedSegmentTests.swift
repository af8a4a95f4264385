import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// One signature over the heads of all streams of a segment.
@Suite("Signed segments") struct SignedSegmentTests {
    private let volume = MemoryVolume()
    private let signer: HeadSigner

    init() throws {
        signer = try HeadSigner(random: SeededRandom(seed: 5))
    }

    private func write(
        _ signer: HeadSigner?, to volume: MemoryVolume? = nil, edited: Bool = false
    ) throws {
        let test = try TestLog(volume ?? self.volume, indexes: MemoryIndexSource())
        if let signer { test.log.signSegments(with: signer) }
        for index in 0..<7 {
            let stream = try test.create("s\(index)", [pattern(10 + index)])
            try test.append([pattern(5, seed: edited && index == 3 ? 9 : 1)], to: stream)
        }
        try test.log.settle()
        let last = try #require(test.find("s6"))
        try test.append([pattern(3)], to: last, closes: true)
        try test.log.settle()
        test.log.close()
    }

    private func verify(
        _ volume: MemoryVolume? = nil, keys: [KeyID: PublicKey]? = nil
    ) throws -> VerificationReport {
        var options = VerificationOptions()
        options.publicKeys = keys ?? signer.publicKeys
        return try LogVerifier.verify(volume: volume ?? self.volume, options: options)
    }

    @Test("every segment that is written is signed, and the signature is checked")
    func signed() throws {
        try write(signer)
        let report = try verify()
        #expect(report.isClean)
        #expect(report.segmentCount == 2 && report.signedSegmentCount == 2)
        #expect(report.lines.last?.hasPrefix("2 segments, 2 of them signed, ") == true)
        // Nothing can be said without the key, and nothing is.
        let keyless = try verify(keys: [:])
        #expect(keyless.isClean && keyless.signedSegmentCount == 0)
        // And the log opens and goes on.
        let again = try TestLog(volume, indexes: MemoryIndexSource(), seed: 2)
        #expect(
            try again.bytes(of: #require(again.find("s3"))) == pattern(13) + pattern(5, seed: 1))
        again.log.close()
    }

    @Test("what is settled at once when a log is opened is signed")
    func signedFromTheBeginning() throws {
        var options = LogOptions.small
        options.settleBytes = 4096
        let test = try TestLog(volume, indexes: MemoryIndexSource(), options: .small)
        try test.create("s", [pattern(100_000)])
        test.log.close()
        let again = try EventLog.open(
            volume: volume, indexes: MemoryIndexSource(), options: options,
            clock: ManualClock(), random: SeededRandom(seed: 2), fold: nil, signer: signer)
        try again.settle()
        again.close()
        let report = try verify()
        #expect(report.segmentCount >= 1)
        #expect(report.signedSegmentCount == report.segmentCount)
    }

    @Test("who rewrites a segment without the key cannot sign it, and cannot keep the signature")
    func rewritten() throws {
        try write(signer)
        let forged = MemoryVolume()
        try write(nil, to: forged, edited: true)
        let unsigned = try verify(forged)
        #expect(unsigned.isClean && unsigned.signedSegmentCount == 0)
        // With the old footer's signature put over the new heads.
        let number: UInt32 = 1
        let original = try SegmentFile.open(volume: volume, number: number)
        let file = try SegmentFile.open(volume: forged, number: number)
        try replaceSignature(of: file, by: original.footer.signature)
        let report = try verify(forged)
        #expect(report.damages.count == 1)
        #expect(report.damages.first?.file == file.path)
        #expect(report.damages.first?.byte == file.footer.offset)
        #expect(report.damages.first?.detail.contains("not those that were signed") == true)
    }

    @Test("a signature by another key that claims to be this one is wrong")
    func otherKey() throws {
        let thief = try HeadSigner(random: SeededRandom(seed: 6))
        try write(thief)
        #expect(try verify().signedSegmentCount == 0)
        let claimed = [thief.keyID: try #require(signer.publicKeys[signer.keyID])]
        let report = try verify(keys: claimed)
        #expect(report.damages.count == 2)
        #expect(report.damages.first?.detail.contains("not one of key \(thief.keyID)") == true)
    }

    @Test("the tree splits at the largest power of two, whatever the number of leaves")
    func tree() throws {
        var records: [StreamRecord] = []
        var tree = HeadTree()
        #expect(tree.root == [UInt8(0x10)].withUnsafeBytes { SHA256Hasher.hash($0) })
        for count in 1...33 {
            var record = StreamRecord(
                id: StreamID(rawValue: UInt64(count)),
                incarnation: Incarnation(from: SeededRandom(seed: UInt64(count))),
                name: Array("s".utf8))
            record.tail = StreamPosition(record: UInt64(count), byte: 7)
            record.isClosed = count % 3 == 0
            records.append(record)
            tree.add(record)
            #expect(tree.root == root(of: records[...]), "\(count)")
        }
        var changed = records[4]
        changed.head = records[4].genesis
        #expect(HeadTree.leaf(of: changed) != HeadTree.leaf(of: records[4]))
    }

    /// The root as the format page defines it.
    private func root(of records: ArraySlice<StreamRecord>) -> SHA256Digest {
        guard records.count > 1 else { return HeadTree.leaf(of: records[records.startIndex]) }
        var left = 1
        while left * 2 < records.count { left *= 2 }
        return HeadTree.node(
            root(of: records.prefix(left)), root(of: records.dropFirst(left)))
    }

    /// Writes the footer anew with another signature.
    private func replaceSignature(of file: SegmentFile, by signature: CutSignature?) throws {
        var footer = file.footer
        footer.signature = signature
        var block = [UInt8](repeating: 0, count: SegmentFormat.footerBytes)
        try block.withUnsafeMutableBytes { bytes in
            footer.encode(into: bytes, header: file.header)
            try file.backend.write(UnsafeRawBufferPointer(bytes), at: footer.offset)
        }
    }
}
