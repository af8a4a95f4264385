import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// Every kind of damage: opening names it, looking changes nothing, repairing does what it says,
/// and everything else is as it was.
@Suite("Repair")
struct RepairTests {
    private func expectAll(_ log: RepairedLog, but lost: Set<String> = []) throws {
        try log.opened { test in
            for (name, bytes) in log.contents where !lost.contains(name) {
                let found = try test.bytes(of: #require(test.find(name)))
                #expect(found == bytes, "\(name)")
            }
            #expect(test.find("c") == nil)
        }
    }

    @Test("a sound log needs nothing, and nothing is done to it")
    func sound() throws {
        let log = try RepairedLog()
        let before = try log.files()
        for actions in [[], [.quarantine]] as [Set<LogRepair.Action>] {
            let report = try log.repair(actions)
            #expect(report.findings.isEmpty && report.actions.isEmpty)
            #expect(report.lines == ["nothing to repair"])
        }
        #expect(try log.files() == before)
        try expectAll(log)
    }

    @Test("a catalog that is missing, or behind, is made again by opening")
    func missingOrStaleCatalog() throws {
        let log = try RepairedLog()
        try log.removeCatalog()
        #expect(try log.repair().opens)
        try expectAll(log)
        // Behind: the catalog of an earlier time.
        let stale = try RepairedLog()
        let files = try (1...3).map {
            try SegmentFile.open(
                volume: FileVolume(rootDirectory: stale.path), number: UInt32($0))
        }
        try stale.removeCatalog()
        let catalog = try CatalogRebuild.open(
            "catalog", in: RocksIndexSource(rootDirectory: stale.path))
        try CatalogRebuild.fold(Array(files.prefix(2)), into: catalog)
        catalog.close()
        #expect(try stale.repair().opens)
        try expectAll(stale)
    }

    @Test("a catalog that cannot be read is named, and made anew", arguments: ["CURRENT", ".sst"])
    func damagedCatalog(file: String) throws {
        let log = try RepairedLog()
        let name = try #require(
            File.list("\(log.path)/catalog").first { $0.hasSuffix(file) })
        try log.write(Array("garbage".utf8), to: "catalog/\(name)")
        #expect(log.refusal().contains("catalog"))
        let before = try log.files()
        let found = try log.repair()
        #expect(!found.opens)
        #expect(found.findings.first?.advice.contains("--rebuild-catalog") == true)
        let dry = try log.repair([.rebuildCatalog], dry: true)
        #expect(dry.actions.count == 1 && dry.isDryRun)
        #expect(try log.files() == before)
        let report = try log.repair([.rebuildCatalog])
        #expect(report.opens && report.losses.isEmpty)
        #expect(try log.bytes("quarantine/now/catalog/\(name)") == Array("garbage".utf8))
        #expect(try log.files()["quarantine/now/report.txt"] != nil)
        try expectAll(log)
        #expect(try log.intact() == ["a", "b", "d", "e"])
    }

    @Test("an interrupted rebuilding of the catalog does no harm")
    func interruptedRebuild() throws {
        let log = try RepairedLog()
        do {
            let half = try RocksIndexSource(rootDirectory: log.path).open(".catalog-being-rebuilt")
            var batch = IndexBatch(capacity: 100)
            try batch.put([1], [2])
            try half.write(batch)
            try half.flush()
        }
        try expectAll(log)
        // Between the two renames there is no catalog at all.
        try File.rename("\(log.path)/catalog", to: "\(log.path)/.aside")
        _ = try log.repair([.rebuildCatalog])
        try expectAll(log)
    }

    @Test(
        "a missing segment is named; given up, exactly its records are lost", arguments: [1, 2, 3])
    func missingSegment(_ number: UInt32) throws {
        let log = try RepairedLog()
        let path = RepairedLog.segment(number)
        try log.remove(path)
        #expect(log.refusal().contains("\(path) is missing"))
        let before = try log.files()
        #expect(try log.repair().findings.map(\.place) == [path])
        let dry = try log.repair([.quarantine], dry: true)
        #expect(try log.files() == before)
        let report = try log.repair([.quarantine])
        #expect(report.opens)
        #expect(report.losses == dry.losses)
        let lost: [String: (UInt64, UInt64)] =
            [
                1: ["a": (0, 2)], 2: ["a": (2, 3), "b": (0, 1)], 3: ["a": (3, 4), "e": (0, 1)],
            ][number] ?? [:]
        #expect(Set(report.losses.compactMap(\.name)) == Set(lost.keys))
        for loss in report.losses {
            #expect(loss.first.record == lost[loss.name ?? ""]?.0)
            #expect(loss.end.record == lost[loss.name ?? ""]?.1)
            #expect(loss.place == path)
        }
        try expectAll(log, but: Set(lost.keys))
        #expect(try log.intact() == Set(["a", "b", "d", "e"]).subtracting(lost.keys))
        try log.opened { test in try checkHole(test, log, report.losses) }
        // What was made is enough to make the catalog from again.
        try log.removeCatalog()
        try expectAll(log, but: Set(lost.keys))
        try log.opened { test in
            try checkHole(test, log, report.losses)
            for name in lost.keys {
                let stream = try #require(test.find(name))
                let tail = test.tail(stream)
                try test.append([[1, 2, 3]], to: stream)
                #expect(try test.bytes(of: stream, from: tail) == [1, 2, 3])
            }
        }
    }

    /// Reads around each loss: before it and behind it everything is there, in it is an error.
    private func checkHole(
        _ test: TestLog, _ log: RepairedLog, _ losses: [RepairReport.Loss]
    ) throws {
        for loss in losses {
            let name = try #require(loss.name)
            let stream = try #require(test.find(name))
            let all = try #require(log.contents[name])
            #expect(test.tail(stream).byte == UInt64(all.count))
            var before: [UInt8] = []
            var position = StreamPosition.start
            while position < loss.first {
                let run = try test.log.read(
                    stream, from: position, maxBytes: 1 << 20, through: test.log.durable,
                    blocking: true)
                before += try test.copy(run)
                #expect(!run.reachesTail)
                position = run.end
            }
            #expect(before == Array(all[..<Int(loss.first.byte)]))
            #expect(throws: LogError.lost(from: loss.first, to: loss.end)) {
                try test.log.read(
                    stream, from: loss.first, maxBytes: 1, through: test.log.durable,
                    blocking: true)
            }
            if loss.end < test.tail(stream) {
                let behind = try test.bytes(of: stream, from: loss.end)
                #expect(behind == Array(all[Int(loss.end.byte)...]))
            }
            #expect(throws: LogError.self) { try test.log.verify(stream) }
        }
    }

    @Test("two segments missing with the catalog: what is left still opens and reads")
    func missingSegments() throws {
        let log = try RepairedLog()
        try log.remove(RepairedLog.segment(1))
        try log.remove(RepairedLog.segment(2))
        try log.removeCatalog()
        #expect(log.refusal().contains("the segment with LSN 1 to \(log.cuts[1])"))
        let report = try log.repair([.quarantine])
        #expect(!report.notes.isEmpty)
        try log.opened { test in
            let e = try #require(test.find("e"))
            #expect(try test.bytes(of: e) == log.contents["e"])
            #expect(test.find("b") == nil)
        }
    }

    @Test("a bit in a segment's data stops nothing: the rest reads, and nothing is given up")
    func damagedData() throws {
        let log = try RepairedLog()
        try log.flip(RepairedLog.segment(2), at: 4096 + 10)
        let before = try log.files()
        let report = try log.repair([.quarantine])
        #expect(report.opens && report.actions.isEmpty)
        #expect(report.findings.contains { $0.problem.contains(RepairedLog.segment(2)) })
        #expect(try log.files() == before)
        try expectAll(log, but: ["a", "b"])
    }

    @Test("a bit in what a segment says of its streams: without the catalog it is given up")
    func damagedIndex() throws {
        let log = try RepairedLog()
        let file = try SegmentFile.open(
            volume: FileVolume(rootDirectory: log.path), number: 2)
        let place = Int(file.footer.streamsOffset + 5)
        try log.flip(RepairedLog.segment(2), at: place)
        #expect(try log.repair().opens)
        try expectAll(log)
        try log.removeCatalog()
        #expect(log.refusal().contains(RepairedLog.segment(2)))
        let report = try log.repair([.quarantine])
        #expect(try log.files()["quarantine/now/\(RepairedLog.segment(2))"] != nil)
        #expect(!report.notes.isEmpty)
        try log.opened { test in
            #expect(try test.bytes(of: #require(test.find("e"))) == log.contents["e"])
            let a = try #require(test.find("a"))
            #expect(throws: LogError.self) { try test.bytes(of: a) }
        }
    }

    /// A log whose segments were merged, and are there all the same, as if the process had died
    /// before it removed them; what the merged one says of its streams is damaged. Its path.
    private func damagedMerge() throws -> (log: RepairedLog, merged: String) {
        let log = try RepairedLog()
        var parts: [(path: String, bytes: [UInt8])] = []
        try log.opened { test in
            try test.log.settle()
            for number in 1...4 as ClosedRange<UInt32> {
                let path = RepairedLog.segment(number)
                parts.append((path, try log.bytes(path)))
            }
            try test.log.compact()
        }
        let merged = RepairedLog.segment(5)
        #expect(try File.list("\(log.path)/segments").map { "segments/\($0)" } == [merged])
        for (path, bytes) in parts { try log.write(bytes, to: path) }
        let file = try SegmentFile.open(
            volume: FileVolume(rootDirectory: log.path), number: 5)
        try log.flip(merged, at: Int(file.footer.streamsOffset + 5))
        return (log, merged)
    }

    @Test(
        "a damaged merged segment gives way to what it was merged from, if all of that is there",
        arguments: [LogRepair.Action.rebuildCatalog, .quarantine])
    func damagedMergeBesideItsParts(action: LogRepair.Action) throws {
        let (log, merged) = try damagedMerge()
        try log.removeCatalog()
        #expect(log.refusal().contains(merged))
        let found = try log.repair()
        #expect(found.findings.map(\.place) == [merged])
        #expect(found.findings[0].advice.contains("--rebuild-catalog"))
        let before = try log.files()
        #expect(try log.repair([action], dry: true).actions.count == 2)
        #expect(try log.files() == before)
        let report = try log.repair([action])
        #expect(report.opens && report.losses.isEmpty && report.actions.count == 2)
        #expect(try log.bytes("quarantine/now/\(merged)") == before[merged])
        try expectAll(log)
        #expect(try log.intact() == ["a", "b", "d", "e"])
        #expect(try log.files()[RepairedLog.segment(1)] == before[RepairedLog.segment(1)])
    }

    @Test("opening keeps what a merged segment was made of as long as that cannot be read")
    func openingBesideADamagedMerge() throws {
        let (log, _) = try damagedMerge()
        try log.opened { _ in }
        let names = (1...5 as ClosedRange<UInt32>).map { RepairedLog.segment($0) }
        #expect(try File.list("\(log.path)/segments").map { "segments/\($0)" } == names)
        #expect(try log.repair([.rebuildCatalog]).losses.isEmpty)
        try expectAll(log)
        #expect(try log.intact() == ["a", "b", "d", "e"])
    }

    @Test("a damaged merged segment is all there is when a part of what it was made of is gone")
    func damagedMergeWithoutAPart() throws {
        let (log, merged) = try damagedMerge()
        try log.removeCatalog()
        try log.remove(RepairedLog.segment(2))
        #expect(throws: LogError.missingFile(path: merged)) {
            try log.repair([.rebuildCatalog])
        }
        #expect(try log.repair([.quarantine]).opens)
        #expect(try log.files()["quarantine/now/\(merged)"] != nil)
    }

    @Test("with the catalog, a segment whose index is damaged loses nothing beside a missing one")
    func damagedIndexBesideCatalog() throws {
        let log = try RepairedLog()
        let file = try SegmentFile.open(
            volume: FileVolume(rootDirectory: log.path), number: 2)
        try log.flip(RepairedLog.segment(2), at: Int(file.footer.streamsOffset + 5))
        try log.remove(RepairedLog.segment(3))
        let report = try log.repair([.quarantine])
        #expect(Set(report.losses.map(\.place)) == [RepairedLog.segment(3)])
        try expectAll(log, but: ["a", "e"])
    }
}
