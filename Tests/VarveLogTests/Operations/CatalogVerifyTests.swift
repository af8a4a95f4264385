import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// The catalog is part of what verifying looks at: it alone knows of segments lost at the end.
@Suite("Verifying the catalog")
struct CatalogVerifyTests {
    private func verify(_ log: RepairedLog) throws -> VerificationReport {
        try LogVerifier.verify(directory: log.path)
    }

    @Test("a segment that is missing is named, be it the first, the last or each", arguments: 1...3)
    func missingSegment(number: UInt32) throws {
        let log = try RepairedLog()
        #expect(try verify(log).isClean)
        try log.remove(RepairedLog.segment(number))
        let damages = try verify(log).damages
        #expect(damages.first?.file == RepairedLog.segment(number))
        #expect(damages.first?.detail == "the file is missing")
        #expect(damages.allSatisfy { !$0.file.hasPrefix("journal/") || $0.stream != nil })
    }

    @Test("a directory that lost all segments and the journal is not clean")
    func everythingMissing() throws {
        let log = try RepairedLog()
        for name in try log.files().keys
        where name.hasPrefix("segments/") || name.hasPrefix("journal/") {
            try log.remove(name)
        }
        let files = try verify(log).damages.map(\.file)
        #expect(files.prefix(3) == (1...3).map { RepairedLog.segment($0) }[...])
        #expect(files.last?.hasPrefix("journal/") == true)
    }

    @Test("a last segment that cannot be read is damage, and no journal file is called missing")
    func unreadableLast() throws {
        let log = try RepairedLog()
        let last = RepairedLog.segment(3)
        try log.flip(last, at: log.bytes(last).count - 1)
        let damages = try verify(log).damages
        #expect(damages.first?.file == last)
        #expect(!damages.contains { $0.detail == "the file is missing" })
    }

    @Test("a catalog that cannot be read is damage", arguments: ["CURRENT", ".sst"])
    func unreadable(file: String) throws {
        let log = try RepairedLog()
        let name = try #require(
            File.list("\(log.path)/catalog").first { $0.hasSuffix(file) })
        try log.write(Array("garbage".utf8), to: "catalog/\(name)")
        #expect(try verify(log).damages.map(\.file) == ["catalog"])
    }

    @Test("a catalog that is missing, or behind, is no damage: opening makes it")
    func missingCatalog() throws {
        let log = try RepairedLog()
        try log.removeCatalog()
        #expect(try verify(log).isClean)
        let files = try (1...2).map {
            try SegmentFile.open(volume: FileVolume(rootDirectory: log.path), number: UInt32($0))
        }
        let catalog = try CatalogRebuild.open(
            "catalog", in: RocksIndexSource(rootDirectory: log.path))
        try CatalogRebuild.fold(files, into: catalog)
        catalog.close()
        #expect(try verify(log).isClean)
    }

    /// Changes of one stream's place in the catalog, each of them found.
    enum Lie: CaseIterable {
        case head, tail, closed, gone, unnamed
    }

    @Test("a catalog that says of a stream what no segment says is damage", arguments: Lie.allCases)
    func contradiction(lie: Lie) throws {
        let log = try RepairedLog()
        let indexes = RocksIndexSource(rootDirectory: log.path)
        let catalog = try #require(try Catalog.openReadOnly(indexes))
        let name = Array("e".utf8)
        let id = try #require(
            try name.withUnsafeBytes { try catalog.stream(named: $0, blocking: true) })
        var record = try #require(try catalog.record(id))
        catalog.close()
        var batch = IndexBatch()
        switch lie {
        case .head: record.head = ChainHash()
        case .tail: record.tail.byte += 1
        case .closed: record.isClosed = true
        case .gone: try batch.delete(CatalogKey.record(id))
        case .unnamed: try batch.delete(CatalogKey.name(name))
        }
        if batch.isEmpty {
            var writer = ByteWriter()
            record.encode(into: &writer)
            try batch.put(CatalogKey.record(id), Array(writer.bytes))
        }
        let index = try indexes.open("catalog")
        try index.write(batch)
        try index.flush()
        let damages = try verify(log).damages
        #expect(damages.count == 1)
        #expect(damages.first?.file == "catalog")
        #expect(try log.repair().findings.first?.advice.contains("--rebuild-catalog") == true)
        #expect(try log.repair([.rebuildCatalog]).findings.isEmpty)
        #expect(try verify(log).isClean)
    }
}
