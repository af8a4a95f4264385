import Testing
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// A change of a log's key, and every crash on its way.
@Suite("Rekeying")
struct RekeyTests {
    /// From which key to which.
    enum Change: CaseIterable {
        case encrypting
        case changing
        case decrypting

        var old: EncryptionKey? { self == .encrypting ? nil : .forTests }
        var new: EncryptionKey? { self == .decrypting ? nil : .otherForTests }
    }

    /// Makes a log with settled and unsettled records whose journal ends torn; its streams' bytes.
    private func fill(_ disk: SimulatedVolume, _ key: EncryptionKey?) throws -> [String: [UInt8]] {
        let test = try TestLog(Self.log(disk, key))
        for name in ["a", "b"] {
            try test.append([pattern(9000), pattern(3)], to: try test.create(name))
        }
        try test.log.settle()
        let stream = try test.create("c", [[1, 2, 3]])
        try test.append([pattern(20_000)], to: stream)
        try test.stage([pattern(30_000)], to: stream)
        test.log.requestCommit()
        disk.crash(.random(seed: 5))
        test.log.abandon()
        // What the crash left is what must be there from now on.
        let again = try TestLog(Self.log(disk, key), seed: 2)
        defer { again.log.close() }
        return try bytes(in: again)
    }

    private func bytes(in test: TestLog) throws -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for name in ["a", "b", "c"] {
            all[name] = try test.bytes(of: try #require(test.find(name)))
        }
        return all
    }

    private static func log(_ disk: any Volume, _ key: EncryptionKey?) -> any Volume {
        key.map { EncryptedVolume(disk, key: $0) } ?? disk
    }

    private func check(
        _ disk: SimulatedVolume, _ key: EncryptionKey?, _ expected: [String: [UInt8]], seed: UInt64
    ) throws {
        let test = try TestLog(try LogVolume.open(in: disk, key: key), seed: seed)
        #expect(try bytes(in: test) == expected)
        test.log.close()
    }

    @Test("records and heads are the same under the new key", arguments: Change.allCases)
    func change(_ change: Change) throws {
        let disk = SimulatedVolume()
        let expected = try fill(disk, change.old)
        let before = try LogVerifier.verify(volume: Self.log(disk, change.old))
        let after = try Rekeying(disk, from: change.old, to: change.new).run()
        #expect(after.streams.map(\.head) == before.streams.map(\.head))
        #expect(throws: StorageError.self) { try LogVolume.open(in: disk, key: change.old) }
        #expect(try disk.list(RekeyFormat.directory).allSatisfy { $0 != RekeyFormat.complete })
        try check(disk, change.new, expected, seed: 3)
    }

    @Test(
        "a crash at any point leaves the old log, or one that the next run completes",
        arguments: Change.allCases)
    func crashes(_ change: Change) throws {
        var point = 0
        var unfinished = 0
        while true {
            let disk = SimulatedVolume()
            let expected = try fill(disk, change.old)
            let plan = FaultPlan()
            plan.freeze(afterChanges: point)
            let error = Self.rekey(FaultyVolume(disk, plan: plan), change)
            disk.crash([.losingAll, .keepingAll, .random(seed: UInt64(point))][point % 3])
            if error == nil { break }
            if try Rekeying.isComplete(disk) {
                unfinished += 1
                for key in [change.old, change.new] {
                    #expect(throws: StorageError.rekeyUnfinished(path: ".rekey/COMPLETE")) {
                        try LogVolume.open(in: disk, key: key)
                    }
                }
                // Another key than the one that was begun with changes nothing.
                let wrong: EncryptionKey? = change == .decrypting ? .otherForTests : nil
                if try !disk.list(".rekey/journal").isEmpty {
                    #expect(throws: LogError.self) {
                        try Rekeying(disk, from: change.old, to: wrong).run()
                    }
                }
                #expect(Self.rekey(disk, change) == nil, "\(change), \(point)")
                try check(disk, change.new, expected, seed: 3)
            } else if (try? LogVolume.open(in: disk, key: change.old)) != nil {
                try check(disk, change.old, expected, seed: 3)
                #expect(Self.rekey(disk, change) == nil, "\(change), \(point)")
                try check(disk, change.new, expected, seed: 4)
            } else {
                // The mark was the last thing to go.
                try check(disk, change.new, expected, seed: 3)
            }
            point += 1
        }
        #expect(point > 20)
        #expect(unfinished > 3)
    }

    @Test("a damaged log is left as it is, and so is one of another key")
    func refusals() throws {
        let disk = SimulatedVolume()
        _ = try fill(disk, .forTests)
        let name = try #require(disk.list("segments").first { $0.hasSuffix(".segment") })
        try disk.flipBit(in: "segments/\(name)", byte: 13_000, bit: 3)
        let before = disk.digests()
        #expect(throws: LogError.self) {
            try Rekeying(disk, from: .forTests, to: .otherForTests).run()
        }
        #expect(throws: LogError.self) { try Rekeying(disk, from: nil, to: .otherForTests).run() }
        #expect(throws: LogError.self) { try Rekeying(disk, from: .otherForTests, to: nil).run() }
        #expect(disk.digests() == before)
    }

    @Test("a log with a store's index is encrypted while all of its batches are there")
    func index() throws {
        for isTrimmed in [false, true] {
            let disk = SimulatedVolume()
            let test = try TestLog(disk)
            let batches = try test.create("\0store/batches", [pattern(5), pattern(6)])
            if isTrimmed {
                let border = StreamPosition(record: 1, byte: 5)
                try test.log.trim(batches, before: border)
            }
            test.log.close()
            try disk.makeDirectory(Format.indexDirectory)
            let error = Self.rekey(disk, .encrypting)
            #expect((error != nil) == isTrimmed)
            if isTrimmed {
                #expect(error?.description.contains("batches were dropped") == true)
                #expect(try LogVerifier.verify(volume: disk).isClean)
            }
        }
    }

    private static func rekey(_ disk: any Volume, _ change: Change) -> LogError? {
        do throws(LogError) {
            _ = try Rekeying(disk, from: change.old, to: change.new).run()
            return nil
        } catch {
            return error
        }
    }
}
