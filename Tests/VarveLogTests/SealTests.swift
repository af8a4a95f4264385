import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// The last file of a journal is missed when it is gone, and only then.
@Suite("Seals of journal files")
struct SealTests {
    /// Many small files, and every turn of the workers by hand.
    private static var options: LogOptions {
        var options = LogOptions.small
        options.fileBytes = 64 << 10
        options.idleMarkMilliseconds = 1
        options.workers = .stepped
        return options
    }

    /// Appends a record of `count` bytes and waits, whatever files that needs.
    private func append(_ count: Int, to stream: LogStream, _ test: TestLog) throws {
        try append(pattern(count, seed: count), to: stream, test)
    }

    private func append(_ record: [UInt8], to stream: LogStream, _ test: TestLog) throws {
        while true {
            do {
                try test.append([record], to: stream)
                return
            } catch LogError.overloaded {
                _ = test.log.stepPreparer()
            }
        }
    }

    /// A log of several files: some end because they are full, behind a group or behind a mark, and
    /// some because the log was opened again.
    private func fill(_ volume: any Volume, _ indexes: (any IndexSource)? = nil) throws {
        for life in 1...3 as ClosedRange<UInt64> {
            let clock = ManualClock()
            let test = try TestLog(
                volume, indexes: indexes, options: Self.options, seed: life, clock: clock)
            let stream = try test.find("s") ?? test.create("s")
            for number in 0..<(life == 2 ? 30 : 6) {
                try append(number % 5 == 0 ? 9000 : 200, to: stream, test)
                guard number % 3 > 0 || life == 3 else { continue }
                clock.advance(milliseconds: 5)
                test.log.stepFlusher()
            }
            if life == 1 { test.log.abandon() } else { test.log.close() }
        }
    }

    private func journals(_ volume: any Volume) throws -> [String] {
        try volume.list(Format.journalDirectory).filter { $0.hasSuffix(".journal") }.sorted()
            .map { "\(Format.journalDirectory)/\($0)" }
    }

    /// Every way to store a log.
    enum Store: CaseIterable {
        case plain
        case encrypted

        func volume(_ below: any Volume) -> any Volume {
            self == .plain ? below : EncryptedVolume(below, key: .forTests)
        }
    }

    @Test(
        "every suffix of the journal's files that is gone is missed, by the name of its first file",
        arguments: Store.allCases)
    func suffixes(store: Store) throws {
        let below = MemoryVolume()
        try fill(store.volume(below))
        let whole = try VolumeImage(of: below)
        let files = try journals(below)
        #expect(files.count >= 6)
        for kept in 1..<files.count {
            var image = whole
            for file in files[kept...] { image.files[file] = nil }
            let copy = try image.volume()
            let error = #expect(throws: LogError.self) {
                try TestLog(store.volume(copy), options: Self.options, seed: 9)
            }
            guard case .corruption(let file, 0, 0, let detail)? = error else {
                Issue.record("\(kept) files: another error")
                continue
            }
            #expect(file == files[kept])
            #expect(detail.contains("\(files[kept - 1]) says at byte "))
            #expect(try VolumeImage(of: copy) == image)
            let report = try LogVerifier.verify(volume: store.volume(copy))
            #expect(report.damages.map(\.file) == [files[kept]])
        }
        // And nothing is missed where nothing is missing.
        let again = try TestLog(store.volume(whole.volume()), options: Self.options, seed: 9)
        again.log.close()
    }

    @Test(
        "with a catalog or without, with segments or none: no suffix that is gone stays unnoticed")
    func beside() throws {
        for hasSettled in [false, true] {
            for keepsCatalog in [true, false] {
                let log = try RepairedLog(settling: hasSettled)
                for size in 3...6 {
                    try log.opened {
                        _ = try $0.append([pattern(size)], to: #require($0.find("e")))
                    }
                }
                let files = try log.journals()
                #expect(files.count == 5)
                // Without any file, segment and catalog it is a new log.
                let isKnown = hasSettled || keepsCatalog
                for kept in (1..<files.count).reversed() + (isKnown ? [0] : []) {
                    try log.remove(files[kept])
                    if !keepsCatalog { try log.removeCatalog() }
                    #expect(log.refusal().contains(files[kept]))
                    let found = try log.repair()
                    #expect(!found.opens)
                    #expect(found.findings.contains { $0.problem.contains(files[kept]) })
                }
            }
        }
    }

    @Test("a log that lost its last files is ended by a repair where what is left ends")
    func repair() throws {
        for kept in 1...4 {
            let log = try RepairedLog()
            for size in 3...6 {
                try log.opened { _ = try $0.append([pattern(size)], to: #require($0.find("e"))) }
            }
            let files = try log.journals()
            for file in files[kept...] { try log.remove(file) }
            let last = try log.bytes(files[kept - 1])
            let before = try log.files()
            let dry = try log.repair([.quarantine], dry: true)
            #expect(try log.files() == before)
            let report = try log.repair([.quarantine])
            #expect(report.opens && dry.actions == report.actions && report.actions.count == 1)
            #expect(report.notes.contains { $0.contains("what it did is not known") })
            #expect(try log.bytes("quarantine/now/\(files[kept - 1])") == last)
            try log.opened { test in
                let e = try #require(test.find("e"))
                let records = (3..<(2 + kept)).flatMap { pattern($0) }
                #expect(try test.bytes(of: e) == (log.contents["e"] ?? []) + records)
                try test.append([[1]], to: e)
            }
            #expect(try log.repair().findings.isEmpty)
        }
    }

    @Test("a crash at any point of a file change or an opening raises no alarm")
    func crashes() throws {
        let record = [UInt8](repeating: 7, count: 14_000)
        /// The records that were acknowledged, and how many changes of the disk there were.
        func run(_ disk: SimulatedVolume, _ point: Int?) throws -> (known: Int, changes: Int) {
            let plan = FaultPlan()
            let volume = FaultyVolume(disk, plan: plan)
            if let point { plan.freeze(afterChanges: point) }
            var known = 0
            do {
                for life in 1...2 as ClosedRange<UInt64> {
                    let test = try TestLog(volume, options: Self.options, seed: life)
                    defer { test.log.abandon() }
                    let stream = try test.find("s") ?? test.create("s")
                    // Three fill a file.
                    for _ in 0..<(life == 1 ? 7 : 4) {
                        try append(record, to: stream, test)
                        known += 1
                    }
                }
            } catch let error as LogError {
                guard point != nil, error.code != "corruption" else { throw error }
            }
            return (known, plan.changeCount)
        }
        let changes = try run(SimulatedVolume(), nil).changes
        #expect(changes > 40)
        for point in 0...changes {
            for outcome in [.keepingAll, .losingAll, .random(seed: UInt64(point))]
                as [CrashOutcome]
            {
                let disk = SimulatedVolume()
                let known = try run(disk, point).known
                disk.crash(outcome)
                #expect(try LogVerifier.verify(volume: disk).isClean, "\(point) \(outcome)")
                if point % 2 == 1 {
                    // Again, in the opening behind it.
                    let plan = FaultPlan()
                    plan.freeze(afterChanges: point / 2 % 12)
                    try? TestLog(FaultyVolume(disk, plan: plan), options: Self.options, seed: 5)
                        .log.abandon()
                    disk.crash(outcome)
                }
                let test = try TestLog(disk, options: Self.options, seed: 7)
                let bytes = try test.find("s").map { try test.bytes(of: $0) } ?? []
                #expect(bytes.count >= known * record.count, "\(point) \(outcome)")
                test.log.abandon()
            }
        }
    }

    @Test("seals that are lost, or were never made, are made by the next opening")
    func healing() throws {
        let below = MemoryVolume()
        try fill(below)
        var image = try VolumeImage(of: below)
        let files = try journals(below)
        for file in files.dropLast() {
            let place = try #require(try Self.seal(in: image, file))
            for byte in Int(place.byte)..<Int(place.byte) + 4096 { image.files[file]?[byte] = 0 }
            #expect(try Self.seal(in: image, file) == nil)
        }
        let volume = try image.volume()
        #expect(try LogVerifier.verify(volume: volume).isClean)
        try TestLog(volume, options: Self.options, seed: 9).log.close()
        let healed = try VolumeImage(of: volume)
        for (index, file) in files.enumerated() {
            let seal = try #require(try Self.seal(in: healed, file))
            #expect(seal.successor?.number == UInt64(index) + 2)
        }
    }

    /// The seal of a file.
    private static func seal(in image: VolumeImage, _ path: String) throws -> GroupHeader? {
        let header = try #require(image.files[path]).withUnsafeBytes {
            try FileHeader(UnsafeRawBufferPointer(rebasing: $0[..<Format.fileHeaderBytes]))
        }
        let backend = try image.volume().open(path, create: .never)
        return try FrameScan(backend, fileID: header.id, recordedEnd: nil)
            .claims(of: header.number, atLeast: 0).seal
    }

    @Test("a failing seal is no failure")
    func failing() throws {
        let plan = FaultPlan()
        let disk = SimulatedVolume()
        let test = try TestLog(FaultyVolume(disk, plan: plan), options: Self.options)
        let stream = try test.create("s")
        try append(40_000, to: stream, test)
        _ = test.log.stepPreparer()
        // The first write to the old file that comes with the change.
        plan.fail(
            .write, with: .inputOutput,
            namesContaining: JournalFileName(number: 1, role: .journal).path)
        try append(40_000, to: stream, test)
        #expect(plan.firedCount == 1)
        try append(10, to: stream, test)
        test.log.close()
        #expect(try LogVerifier.verify(volume: disk).isClean)
        let again = try TestLog(disk, options: Self.options, seed: 2)
        #expect(try again.bytes(of: #require(again.find("s"))).count == 80_010)
        again.log.close()
    }

    @Test("a backup beside traffic has the seals of its files, and none that names another file")
    func backup() throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let data = "\(scratch.path)/data"
        let test = try TestLog(FileVolume(rootDirectory: data), options: Self.options)
        let stream = try test.create("s")
        for number in 0..<12 {
            try append(9000, to: stream, test)
            let backup = "\(scratch.path)/backup\(number)"
            let made = try test.log.backup(to: backup)
            #expect(made.damageCount == 0)
            // The log goes on, and changes files; the copy does not know of them.
            let target = "\(scratch.path)/restored\(number)"
            try LogBackup.restore(from: backup, to: target)
            let copy = try FileVolume(rootDirectory: target)
            let files = try journals(copy)
            if files.count > 1, let last = files.last {
                try copy.remove(last)
                let report = try LogVerifier.verify(volume: copy)
                #expect(report.damages.map(\.file) == [last])
            }
        }
        #expect(try journals(FileVolume(rootDirectory: data)).count >= 2)
        test.log.close()
    }

    @Test("a change of the key keeps the seals")
    func rekeying() throws {
        let disk = MemoryVolume()
        try fill(disk)
        _ = try Rekeying(disk, from: nil, to: .forTests).run()
        let last = try #require(try journals(disk).last)
        try disk.remove(last)
        #expect {
            try TestLog(EncryptedVolume(disk, key: .forTests), options: Self.options, seed: 9)
        } throws: { "\($0)".contains(last) }
    }

    @Test("a seal is shown, and a verifier beside a server takes no new file for a missing one")
    func showing() throws {
        let volume = MemoryVolume()
        try fill(volume)
        var lines: [String] = []
        try LogInspector.inspect(
            volume: volume, indexes: MemoryIndexSource(),
            options: InspectionOptions(parts: [.frames])
        ) { item in lines += [item.text, item.json] }
        let count = try journals(volume).count
        #expect(lines.contains { $0.contains(" seal: file 2 goes on") })
        #expect(lines.count { $0.contains("\"type\":\"seal\"") } == count - 1)
        #expect(lines.contains { $0.contains("\"next_file\":\(count)") })
        // The last file comes after the verifier looked what files there are.
        let files = try journals(volume)
        let arrival = try Arrival(of: files[count - 1], behind: files[count - 2], in: volume)
        let plan = FaultPlan()
        plan.observe(arrival)
        #expect(try LogVerifier.verify(volume: FaultyVolume(volume, plan: plan)).isClean)
        #expect(try journals(volume) == files)
    }
}

/// A journal file that gets its name when the one before is read.
private final class Arrival: VolumeObserver {
    private let name: String
    private let previous: String
    private let volume: any Volume

    init(of name: String, behind previous: String, in volume: any Volume) throws {
        self.name = name
        self.previous = previous
        self.volume = volume
        try volume.rename(name, to: Self.hidden)
    }

    private static let hidden = "\(Format.journalDirectory)/.hidden"

    func willBegin(_ operation: FaultPlan.Operation, _ name: String) {
        guard operation == .read, name == previous else { return }
        try? volume.rename(Self.hidden, to: self.name)
    }
}
