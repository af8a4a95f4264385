import Testing
import VarveBytes
import VarveIndex
import VarveLog
import VarveSimulation
import VarveStorage

@testable import VarveStore

/// Pruning keys by policy, as one event of the log.
@Suite struct StorePruneTests {
    private let versions = PrunePolicy(
        keys: .init(
            selector: StoreSelector(
                prefix: Array("doc/".utf8), pattern: "^(?P<name>[a-z]+)@(?P<version>.*)$"),
            groupBy: ["name"], orderBy: .init(captureGroup: "version", encoding: .bytes)),
        retain: .keepLatest(count: 1))

    @Test("A prune removes what its policies do not keep, over restarts and rebuilds")
    func aPruneIsDurable() throws {
        let (volume, indexes) = (MemoryVolume(), MemoryIndexSource())
        var test = try TestStore(volume, indexes: indexes)
        try test.put(["doc/a@1": "x", "doc/a@2": "y", "doc/b@1": "z", "other": "o"])
        let report = try test.store.prune([versions])
        #expect(report.sequence == 1)
        #expect(report.counts.scanned == 3)
        #expect(report.counts.removed == 1)
        #expect(try test.scan() == "doc/a@2=y doc/b@1=z other=o")
        #expect(test.store.currentSequence == 1)
        #expect(try test.batch(1) == "doc/a@1=x doc/a@2=y doc/b@1=z other=o")
        try test.put(["doc/a@1": "again"])
        test.close()
        test = try TestStore(volume, indexes: indexes, seed: 2)
        #expect(try test.scan() == "doc/a@1=again doc/a@2=y doc/b@1=z other=o")
        #expect(try test.put(["n": ""]) == 3)
        test.close()
    }

    @Test("A rebuild from the log gives what a prune left, whatever was written behind it")
    func aRebuildGivesTheSame() throws {
        let volume = MemoryVolume()
        let test = try TestStore(volume)
        try test.put(["doc/a@1": "x", "doc/a@2": "y", "doc/a@3": "z"])
        try test.store.prune([versions])
        try test.put(["doc/a@2": "back"])
        let expected = try test.scan()
        test.close()
        let rebuilt = try TestStore(volume, seed: 2)
        #expect(expected == "doc/a@2=back doc/a@3=z")
        #expect(try rebuilt.scan() == expected)
        rebuilt.close()
    }

    @Test("A large prune goes in parts; a crash between leaves those to come, to be pruned again")
    func aLargePruneGoesInParts() throws {
        // Of 250 bytes each, with files of 1 MiB: more than three parts.
        let keys = (1000..<4300).map { "tmp/\($0)/" + String(repeating: "x", count: 241) }
        let left = try (1...6).map { try self.left(of: keys, failingSync: $0) }
        #expect(left[0] == keys.count)
        #expect(left.contains { $0 > 0 && $0 < keys.count })
    }

    /// Prunes keys, fails from a sync on, and crashes; how many keys are left then.
    private func left(of keys: [String], failingSync turn: Int) throws -> Int {
        let (volume, indexes) = (SimulatedVolume(), SimulatedIndexSource())
        let plan = FaultPlan()
        var test = try TestStore(FaultyVolume(volume, plan: plan), indexes: indexes)
        for start in stride(from: 0, to: keys.count, by: 1100) {
            _ = try test.store.putBatch(keys[start..<start + 1100].map { StoreEntry($0, "v") })
        }
        try test.put(["kept": "1"])
        let policy = PrunePolicy(
            keys: .init(selector: StoreSelector(prefix: Array("tmp/".utf8))), retain: .dropAll)
        // Of the journal's files: those that are prepared meanwhile take no turn.
        plan.fail(
            .sync, atTurn: turn, count: .max, with: .inputOutput, namesContaining: ".journal")
        let report = try? test.store.prune([policy])
        volume.crash(.losingAll)
        indexes.crash(.losingAll)
        test.log.abandon()
        test.store.close()

        test = try TestStore(volume, indexes: indexes, seed: 2)
        defer { test.close() }
        let left = try leftKeys(test)
        #expect(left == keys.suffix(left.count))
        #expect(report == nil || left.isEmpty)
        #expect(try test.store.prune([policy]).counts.removed == left.count)
        #expect(try test.scan() == "kept=1")
        #expect(test.store.currentSequence == 4)
        return left.count
    }

    private func leftKeys(_ test: TestStore) throws -> [String] {
        var keys: [String] = []
        try test.store.snapshot().forEach(prefix: Array("tmp/".utf8)) { key, _ in
            keys.append(String(decoding: key, as: UTF8.self))
            return true
        }
        return keys
    }

    @Test("No policy is applied when one of them cannot be")
    func policiesAreCheckedBeforeAnyIsApplied() throws {
        let test = try TestStore()
        try test.put(["doc/a@1": "x", "doc/a@2": "y"])
        var broken = versions
        broken.keys?.selector = StoreSelector(prefix: Array("q".utf8), pattern: "(")
        #expect(throws: StoreError.self) { try test.store.prune([versions, broken]) }
        #expect(try test.scan() == "doc/a@1=x doc/a@2=y")
        #expect(try test.store.prune([]) == PruneReport(sequence: 1, counts: PruneCounts()))
        test.close()
    }

    @Test("Events of the policy stream decode to what they were, and nothing else does")
    func eventsRoundTrip() throws {
        let events: [PolicyEvent] = [
            .retention(nil, floor: 1), .retention(.keepLatest(count: 7), floor: 9),
            .retention(.greaterThan(threshold: .max), floor: 1),
            .retention(.greaterThanOrEqual(threshold: 3), floor: 2),
            .retention(.dropAll, floor: 5), .prune(sequence: 12, keys: [[], [1, 2], [0xff]]),
        ]
        for event in events {
            let bytes = event.encoded
            for count in 0...bytes.count {
                let decoded = bytes.withUnsafeBytes { bytes in
                    var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                    return try? PolicyEvent(from: &reader)
                }
                #expect(decoded == (count == bytes.count ? event : nil))
            }
        }
        for bytes in [[UInt8(0)], [3], [1] + [UInt8](repeating: 9, count: 17)] {
            let decoded = bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return try? PolicyEvent(from: &reader)
            }
            #expect(decoded == nil)
        }
    }
}
