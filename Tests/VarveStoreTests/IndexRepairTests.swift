import Foundation
import ServerProcess
import Testing
import VarveIndex
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStore

/// Looking at the index of a store that does not open, and making it anew.
@Suite struct IndexRepairTests {
    private let parent: TemporaryDirectory
    private let data: String

    /// Twelve batches over four keys, one of them gone.
    init() throws {
        parent = try TemporaryDirectory()
        data = parent.path("data")
        let store = try Store.open(directory: data, options: .small)
        for number in 1...11 {
            _ = try store.putBatch([StoreEntry("k\(number % 4)", "\(number)")])
        }
        _ = try store.deleteBatch([Array("k0".utf8)])
        store.close()
    }

    private static let pairs = "k1=9 k2=10 k3=11"

    private func pairs() throws -> String {
        let store = try Store.open(directory: data, options: .small)
        defer { store.close() }
        return try TestStore.text(of: try store.rangeScan())
    }

    /// Looks at the log and the index as `varve repair` does.
    private func look() throws -> (repair: IndexRepair, report: RepairReport) {
        let volume = try LogVolume.open(
            directory: data, key: nil, access: .readOnly, create: .never)
        var report = try LogRepair.run(volume: volume, label: "now")
        let verification = try #require(report.verification)
        let repair = try #require(IndexRepair(of: volume, verification))
        report.findings += repair.look()
        return (repair, report)
    }

    private func rebuild() throws -> RepairReport {
        var (repair, report) = try look()
        let log = try EventLog.open(directory: data, options: StoreOptions.small.log)
        defer { log.close() }
        try repair.rebuild(on: log, in: &report, label: "now")
        return report
    }

    /// Spoils a file of the index whose name ends so.
    private func spoil(_ suffix: String) throws {
        let name = try #require(File.list("\(data)/index").first { $0.hasSuffix(suffix) })
        let file = try File.open("\(data)/index/\(name)", access: .readWrite, create: .never)
        try Array("garbage".utf8).withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
    }

    @Test("A sound index is not complained of, whatever was dropped; looking changes nothing")
    func aSoundIndexIsSound() throws {
        for cutoff in [nil, 7, 13] as [UInt64?] {
            if let cutoff {
                let store = try Store.open(directory: data, options: .small)
                #expect(try store.pruneBatchLog(below: cutoff) > 0)
                store.close()
            }
            let before = try DirectoryDigest(of: data)
            #expect(try look().report.findings == [])
            #expect(try DirectoryDigest(of: data) == before)
        }
    }

    @Test(
        "An index that cannot be read is named, and made anew; the old one is kept aside",
        arguments: ["CURRENT", ".sst"])
    func anUnreadableIndexIsMadeAnew(file: String) throws {
        try spoil(file)
        let found = try look().report
        #expect(found.findings.map(\.place) == ["index"])
        #expect(!found.opens)
        #expect(found.findings[0].advice.contains("--rebuild-index"))
        let report = try rebuild()
        #expect(report.opens && report.findings == [])
        #expect(report.quarantine == "quarantine/now")
        #expect(try File.list("\(data)/quarantine/now/index").contains("CURRENT"))
        #expect(try File.list("\(data)/quarantine/now").contains("report.json"))
        #expect(try pairs() == Self.pairs)
    }

    @Test("A missing index is made anew, also after a try that was interrupted")
    func aMissingIndexIsMadeAnew() throws {
        try File.rename("\(data)/index", to: "\(data)/.index-being-rebuilt")
        // Opening would make it, too.
        #expect(try look().report.findings == [])
        let report = try rebuild()
        #expect(report.opens)
        #expect(report.quarantine == nil)
        #expect(try pairs() == Self.pairs)
    }

    @Test("What dropped batches have left cannot be made anew: refused with the sequences")
    func anIndexIsNotMadeFromAPartOfTheBatches() throws {
        let store = try Store.open(directory: data, options: .small)
        #expect(try store.pruneBatchLog(below: 7) == 6)
        store.close()
        try spoil("CURRENT")
        let before = try DirectoryDigest(of: data)
        let (repair, report) = try look()
        #expect(report.findings[0].advice.contains("batches 7 to 12"))
        let error = #expect(throws: StoreError.self) { try repair.checkCompleteness() }
        let text = try #require(error).description
        #expect(text.contains("dropped batches 1 to 6 and keeps 7 to 12"))
        #expect(text.contains("has come to batch 6 at least"))
        #expect(try DirectoryDigest(of: data) == before)
        try File.rename("\(data)/index", to: "\(data)/.aside")
        #expect(try look().report.findings[0].problem.contains("dropped batches 1 to 6"))
    }

    @Test("An index of another log, or one that lacks what was dropped, is named")
    func anIndexThatDoesNotFitIsNamed() throws {
        let store = try Store.open(directory: data, options: .small)
        store.close()
        try File.rename("\(data)/index", to: parent.path("old"))
        let other = try Store.open(directory: parent.path("other"), options: .small)
        _ = try other.putBatch([StoreEntry("a", "1")])
        other.close()
        try File.rename(parent.path("other/index"), to: "\(data)/index")
        #expect(try look().report.findings[0].problem.contains("belongs to the batches"))
        #expect(try rebuild().opens)
        #expect(try pairs() == Self.pairs)
    }

    /// Verifies the log and the index as `varve verify` does, with `change` in the middle of it.
    private func verify(_ change: () throws -> Void = {}) throws -> VerificationReport {
        let volume = try LogVolume.open(
            directory: data, key: nil, access: .readOnly, create: .never)
        let index = IndexVerifier(of: volume)
        var report = try LogVerifier.verify(volume: volume)
        try change()
        index.verify(&report)
        return report
    }

    @Test("Verifying tells how far the index has come, and how many keys it has")
    func verifyingTellsOfTheIndex() throws {
        let report = try verify()
        #expect(report.isClean)
        #expect(
            report.index
                == .init(.whole, "3 keys, come to batch 12 of 12: whole", keys: 3, batch: 12))
        #expect(report.lines.contains("index: 3 keys, come to batch 12 of 12: whole"))
        #expect(report.json.contains(#""index":{"state":"whole","#))
    }

    @Test("Verifying an index that can be made from the log says so, and finds no damage")
    func verifyingAMissingIndex() throws {
        try FileManager.default.removeItem(atPath: "\(data)/index")
        let report = try verify()
        #expect(report.isClean)
        #expect(report.index?.state == .absent)
    }

    @Test("An index that is damaged is damage; one that changes meanwhile is not judged")
    func verifyingADamagedIndex() throws {
        try spoil(".sst")
        let report = try verify()
        #expect(report.index?.state == .damaged)
        #expect(report.damages.map(\.file) == ["index"])
        #expect(!report.isClean)
        let changing = try verify {
            #expect(FileManager.default.createFile(atPath: "\(data)/index/new.sst", contents: nil))
        }
        #expect(changing.index?.state == .unchecked)
        #expect(changing.isClean)
    }

    @Test("An index that is ahead of its log, or has a key of a batch to come, is damage")
    func verifyingAnIndexAhead() throws {
        try change { (marker, change) in
            try change.add(
                BatchImage(
                    try Self.encoded([StoreEntry("k9", "ahead")]),
                    sequence: marker.batchPlace.record + 1))
        }
        let key = try #require(try verify().index)
        #expect(key.state == .damaged)
        #expect(key.detail == "a key is of batch 13, and it has come to batch 12")
        try change { (marker, _) in marker.batchPlace.record += 5 }
        let ahead = try #require(try verify().index)
        #expect(ahead.state == .damaged)
        #expect(ahead.detail.contains("come to batch 17, and the log ends with batch 12"))
    }

    @Test("An index is compared with its batches, and the first row that differs is named")
    func anIndexIsCompared() throws {
        let sound = try compare()
        #expect(sound.findings.isEmpty)
        #expect(sound.lines == ["done: compare the store's index with its batches: 4 rows"])
        func first() throws -> String? { try compare().findings.first?.problem }
        let found = "the index of the keys: the key "
        func put(_ key: String, _ value: String, _ sequence: UInt64) throws {
            try change { (_, change) in
                let batch = try Self.encoded([StoreEntry(key, value)])
                try change.add(BatchImage(batch, sequence: sequence))
            }
        }
        try put("k9", "late", 5)
        #expect(try first() == found + "6b39 is there, and no batch that counts has it")
        try put("k3", "other", 11)
        #expect(
            try first() == found
                + "6b33 has 5 bytes of batch 11, and by the log it has 2 bytes of batch 11")
        try change { (_, change) in
            try Array("k2".utf8).withUnsafeBytes { try change.delete($0) }
        }
        let missing = try compare()
        #expect(missing.findings.map(\.problem) == [found + "6b32 is missing"])
        #expect(missing.opens)
        #expect(!File.exists("\(data)/.index-being-rebuilt"))
        #expect(try rebuild().findings.isEmpty)
        #expect(try compare().findings.isEmpty)
        #expect(try pairs() == Self.pairs)
    }

    private func compare() throws -> RepairReport {
        var (repair, report) = try look()
        let log = try EventLog.open(directory: data, options: StoreOptions.small.log)
        defer { log.close() }
        let isSame = try repair.compare(on: log, in: &report, label: "now")
        #expect(isSame == report.findings.isEmpty)
        return report
    }

    /// Changes the index behind the log's back.
    private func change(
        _ body: (inout IndexMarker, inout IndexChange) throws -> Void
    ) throws {
        let index = try RocksIndexSource(rootDirectory: data).open(
            Format.indexDirectory, behind: nil)
        var marker = try #require(try StoreIndex.marker(in: index))
        var change = IndexChange()
        try body(&marker, &change)
        try change.set(IndexFormat.markerKey, marker.encoded)
        try change.write(to: index)
        try index.flush()
    }

    private static func encoded(_ entries: [StoreEntry]) throws -> EncodedBatch {
        var encoder = BatchEncoder(.put, options: .small)
        for entry in entries {
            try entry.key.withUnsafeBytes { key in
                try entry.value.withUnsafeBytes { try encoder.append(key, $0) }
            }
        }
        return try encoder.finish()
    }
}
