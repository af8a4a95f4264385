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
}
