import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("Repair of the journal")
struct JournalRepairTests {
    /// The places of the frames behind the last cut.
    private func frames(_ log: RepairedLog) throws -> [VolumeImage.Place] {
        try VolumeImage(of: FileVolume(rootDirectory: log.path)).frames()
            .filter { $0.header.lsn > log.cuts[2] }
    }

    @Test("a bit in any unsettled frame is named; cut there, all before it stays", arguments: 0..<4)
    func flippedBit(_ index: Int) throws {
        let log = try RepairedLog()
        let frames = try frames(log)
        #expect(frames.count == 4)
        let frame = frames[index]
        let original = try log.bytes(frame.path)
        try log.flip(frame.path, at: frame.byte + 40)
        let damaged = try log.bytes(frame.path)
        #expect(log.refusal().contains("\(frame.path) is damaged at byte \(frame.byte)"))
        let before = try log.files()
        let dry = try log.repair([.quarantine], dry: true)
        #expect(try log.files() == before)
        let report = try log.repair([.quarantine])
        #expect(report.opens)
        #expect(dry.losses == report.losses && dry.actions == report.actions)
        #expect(try log.bytes("quarantine/now/\(frame.path)") == damaged)
        #expect(report.notes.contains { $0.contains("LSN \(frame.header.lsn) ") })
        try log.opened { test in
            #expect(test.log.synced.rawValue == frame.header.lsn - 1)
            #expect(try test.bytes(of: #require(test.find("e"))) == log.contents["e"])
            #expect((test.find("d") == nil) == (index <= 1))
            let a = try test.bytes(of: #require(test.find("a")))
            #expect(a.count == (log.contents["a"]?.count ?? 0) - (index == 0 ? 20 : 0))
        }
        #expect(try log.intact().isSuperset(of: ["a", "b", "e"]))
        #expect(original.count == damaged.count)
    }

    @Test("the streams and records behind the damage are named")
    func losses() throws {
        let log = try RepairedLog()
        let frame = try frames(log)[0]
        try log.flip(frame.path, at: frame.byte + 40)
        let report = try log.repair([.quarantine])
        #expect(report.losses.compactMap(\.name).sorted() == ["b", "d"])
        let b = try #require(report.losses.first { $0.name == "b" })
        #expect(b.first.record == 1 && b.end.record == 3)
        #expect(report.notes.contains { $0.contains("\"d\"") })
    }

    @Test("a missing journal file, or one with a damaged header, ends the log", arguments: 0..<4)
    func missingFile(_ choice: Int) throws {
        let log = try RepairedLog()
        // Three files: the one with the frames, and two of later openings.
        for size in 3...4 {
            try log.opened { _ = try $0.append([pattern(size)], to: #require($0.find("e"))) }
        }
        let files = try log.journals()
        #expect(files.count == 3)
        let path = files[choice / 2]
        if choice % 2 == 0 { try log.remove(path) } else { try log.flip(path, at: 40) }
        #expect(log.refusal().contains(path))
        let report = try log.repair([.quarantine])
        #expect(report.opens, "\(report.lines)")
        let kept = try log.files()
        #expect(kept["quarantine/now/\(files[2])"] != nil)
        try log.opened { test in
            for name in ["a", "e"] {
                let stream = try #require(test.find(name))
                #expect(
                    try test.bytes(of: stream).starts(with: log.contents["e"] ?? []) || name == "a")
                #expect(try test.log.verify(stream).hash == test.head(stream))
                try test.append([[1]], to: stream)
            }
            #expect((test.find("d") == nil) == (choice / 2 == 0))
        }
        #expect(try log.intact().isSuperset(of: ["a", "e"]))
        #expect(try log.repair().findings.isEmpty)
    }

    @Test("without a last segment and a catalog the log ends where the rest does not fit")
    func lastSegmentAndCatalog() throws {
        let log = try RepairedLog()
        try log.remove(RepairedLog.segment(3))
        try log.removeCatalog()
        // Its frames are still in the journal file: nothing at all is lost.
        try log.opened { test in
            for (name, bytes) in log.contents {
                let found = try test.bytes(of: #require(test.find(name)))
                #expect(found == bytes, "\(name)")
            }
        }
    }

    @Test("a log that lost its whole journal before anything was settled is no new log")
    func wholeJournal() throws {
        let directory = try ScratchDirectory()
        defer { directory.remove() }
        func volume() throws -> FileVolume { try FileVolume(rootDirectory: directory.path) }
        let test = try TestLog(volume(), options: .small)
        try test.create("a", [pattern(10)])
        test.log.close()
        let first = JournalFileName(number: 1, role: .journal).path
        for name in try File.list("\(directory.path)/journal") {
            try File.remove("\(directory.path)/journal/\(name)")
        }
        #expect(throws: LogError.missingFile(path: first)) {
            try TestLog(volume(), options: .small)
        }
        #expect(try LogVerifier.verify(directory: directory.path).damages.map(\.file) == [first])
        #expect(try !LogRepair.run(volume: volume(), label: "now").opens)
        let report = try LogRepair.run(volume: volume(), actions: [.quarantine], label: "now")
        #expect(report.opens, "\(report.lines)")
        let again = try TestLog(volume(), options: .small)
        #expect(again.find("a") == nil)
        try again.create("a", [pattern(11)])
        again.log.close()
        #expect(try LogVerifier.verify(directory: directory.path).isClean)
    }
}
