import Testing
import VarveIndex
import VarveLog
import VarveStorage

@testable import VarveStore

/// Putting, deleting, getting and scanning: the behaviours of the store that need no crash.
@Suite struct StoreTests {
    @Test("The first batch of a fresh store is 1, and sequences have no gaps over restarts")
    func sequencesBeginAtOneAndHaveNoGaps() throws {
        let (volume, indexes) = (MemoryVolume(), MemoryIndexSource())
        var test = try TestStore(volume, indexes: indexes)
        #expect(test.store.currentSequence == 0)
        #expect(test.store.oldestRetainedBatch == nil)
        #expect(try test.put(["a": "1"]) == 1)
        #expect(try test.delete("a") == 2)
        #expect(try test.put(["b": "2"]) == 3)
        test.close()
        test = try TestStore(volume, indexes: indexes, seed: 2)
        #expect(test.store.currentSequence == 3)
        #expect(try test.put(["c": "3"]) == 4)
        #expect(try test.scan() == "b=2 c=3")
        #expect(test.store.oldestRetainedBatch == 1)
        test.close()
    }

    @Test("One pair that is not valid rejects the whole batch and uses no sequence")
    func oneInvalidPairRejectsTheBatch() throws {
        let test = try TestStore()
        let long = [UInt8](repeating: 0, count: 255)
        #expect(throws: StoreError.keyTooLong(index: 1, bytes: 255, limit: 254)) {
            try test.store.putBatch([StoreEntry("a", "1"), StoreEntry(key: long, value: [])])
        }
        #expect(throws: StoreError.keyTooLong(index: 0, bytes: 255, limit: 254)) {
            try test.store.deleteBatch([long])
        }
        #expect(throws: StoreError.emptyBatch) { try test.store.putBatch([]) }
        #expect(throws: StoreError.emptyBatch) { try test.store.deleteBatch([]) }
        #expect(try test.scan() == "")
        #expect(test.store.currentSequence == 0)
        #expect(try test.put(["a": "1"]) == 1)
        test.close()
    }

    @Test("The empty key, the longest key and the empty value are like any other")
    func extremesAreLikeAnyOther() throws {
        let test = try TestStore()
        let long = [UInt8](repeating: 0xff, count: 254)
        _ = try test.store.putBatch([
            StoreEntry(key: [], value: [1]), StoreEntry(key: long, value: []),
            StoreEntry(key: [0], value: [2]),
        ])
        #expect(try test.store.get([]) == [1])
        #expect(try test.store.get(long) == [])
        #expect(try test.store.get(long + [0xff]) == nil)
        let scan = try test.store.rangeScan()
        #expect(try scan.next()?.key == [])
        #expect(try scan.next()?.key == [0])
        #expect(try scan.next()?.key == long)
        #expect(try scan.next() == nil)
        #expect(try scan.next() == nil)
        test.close()
    }

    @Test("Of duplicates in one batch the last counts for reads, and the batch log keeps all")
    func theLastDuplicateCounts() throws {
        let test = try TestStore()
        try test.put(["a": "1", "b": "2", "a": "3"])
        #expect(try test.scan() == "a=3 b=2")
        #expect(try test.batch(1) == "a=1 b=2 a=3")
        test.close()
    }

    @Test("Many keys are answered in their order with their duplicates, of one moment")
    func manyKeysKeepTheirOrder() throws {
        let test = try TestStore()
        try test.put(["a": "1", "b": "2"])
        let found = try test.store.getMany(["b", "x", "a", "b"].map { Array($0.utf8) })
        #expect(found.map { String(decoding: $0.key, as: UTF8.self) } == ["b", "x", "a", "b"])
        #expect(found.map(\.value) == [[0x32], nil, [0x31], [0x32]])
        test.close()
    }

    @Test("A range has both its ends, and what is empty on either side is no end")
    func rangesHaveBothEnds() throws {
        let test = try TestStore()
        try test.put(["a": "1", "b": "2", "ba": "3", "c": "4", "d": "5"])
        #expect(try test.scan("b", "c") == "b=2 ba=3 c=4")
        #expect(try test.scan("b") == "b=2 ba=3 c=4 d=5")
        #expect(try test.scan("", "b") == "a=1 b=2")
        #expect(try test.scan("bb", "bz") == "")
        #expect(try test.scan("d", "a") == "")
        #expect(try test.scan("a", "a") == "a=1")
        #expect(try test.scan("b", "c", .descending) == "c=4 ba=3 b=2")
        #expect(try test.scan("", "", limit: 2, .descending) == "d=5 c=4")
        #expect(try test.scan("", "", limit: 0) == "")
        #expect(try test.scan("b", "", limit: 2) == "b=2 ba=3")
        test.close()
    }

    @Test("One range sees one state while batches go on, in pages that go on where they ended")
    func oneRangeSeesOneState() throws {
        let test = try TestStore()
        let keys = (0..<1000).map { 1000 + $0 }
        _ = try test.store.putBatch(keys.map { StoreEntry("k\($0)", "old") })
        for order in [ScanOrder.ascending, .descending] {
            let scan = try test.store.rangeScan(order: order)
            #expect(scan.sequence == test.store.currentSequence)
            var seen: [String] = []
            while let entry = try scan.next() {
                seen.append(entry.text)
                if seen.count == 300 {
                    try test.delete("k1500", "k1900")
                    try test.put(["k1400a": "new"])
                }
            }
            let all = keys.map { "k\($0)=old" }
            #expect(seen == (order == .ascending ? all : all.reversed()))
            _ = try test.store.putBatch([StoreEntry("k1500", "old"), StoreEntry("k1900", "old")])
            try test.delete("k1400a")
        }
        test.close()
    }

    @Test("A snapshot answers from one moment, whatever is written later")
    func aSnapshotIsOfOneMoment() throws {
        let test = try TestStore()
        try test.put(["a": "1"])
        let snapshot = try test.store.snapshot()
        try test.put(["a": "2", "b": "3"])
        #expect(snapshot.sequence == 1)
        #expect(try snapshot.get([0x61]) == [0x31])
        #expect(try snapshot.get([0x62]) == nil)
        #expect(try test.store.snapshot().sequence == 2)
        test.close()
    }

    @Test("Exactly what a call wrote is read back, of deletions too")
    func batchesAreReadBackExactly() throws {
        var options = StoreOptions.small
        options.recentBytesMax = 1
        let (volume, indexes) = (MemoryVolume(), MemoryIndexSource())
        var test = try TestStore(volume, indexes: indexes, options: options)
        try test.put(["b": "2", "a": "1", "b": "3"])
        try test.delete("a", "zz", "a")
        let large = [UInt8](repeating: 7, count: 300_000)
        _ = try test.store.putBatch([StoreEntry(key: [1], value: large)])
        try test.put(["c": "4"])
        for _ in 0..<2 {
            #expect(try test.batch(1) == "b=2 a=1 b=3")
            #expect(try test.store.batch(2)?.kind == .delete)
            #expect(try test.batch(2) == "a= zz= a=")
            #expect(try test.store.getBatch(3) == [StoreEntry(key: [1], value: large)])
            #expect(try test.batch(4) == "c=4")
            #expect(try test.batch(0) == nil)
            #expect(try test.batch(5) == nil)
            try test.log.settle()
        }
        test.close()
        test = try TestStore(volume, indexes: indexes, options: options, seed: 2)
        #expect(try test.batch(2) == "a= zz= a=")
        #expect(try test.store.getBatch(3) == [StoreEntry(key: [1], value: large)])
        test.close()
    }

    @Test("A batch that the journal's files cannot hold is refused with the figure")
    func aBatchThatTheJournalCannotHoldIsRefused() throws {
        let test = try TestStore()
        let error = #expect(throws: StoreError.self) {
            try test.store.putBatch(
                (0..<3).map { StoreEntry("\($0)", String(repeating: "x", count: 1 << 19)) })
        }
        guard case .batchTooLarge(let bytes, let limit) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(bytes > 3 << 19)
        #expect(limit < 1 << 20)
        #expect(try test.put(["a": "1"]) == 1)
        test.close()
    }

    @Test("A batch of many keys reaches the index as a sorted file, with the same result")
    func largeBatchesAreIngested() throws {
        var options = StoreOptions.small
        options.ingestEntriesMin = 100
        let test = try TestStore(options: options)
        try test.put(["k5": "before", "z": "kept"])
        var entries = (0..<200).reversed().map { StoreEntry("k\($0)", "\($0)") }
        entries.append(StoreEntry("k5", "again"))
        entries.append(StoreEntry("", "empty"))
        #expect(try test.store.putBatch(entries) == 2)
        #expect(try test.get("k5") == "again")
        #expect(try test.get("k199") == "199")
        #expect(try test.get("") == "empty")
        #expect(try test.get("z") == "kept")
        #expect(try test.store.snapshot().sequence == 2)
        #expect(try test.store.getBatch(2) == entries)
        test.close()
    }

    @Test("Writers in parallel each get a sequence of their own, and none is missing")
    func parallelWritersGetDenseSequences() async throws {
        let test = try TestStore()
        let store = test.store
        let sequences = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for writer in 0..<4 {
                group.addTask {
                    try (0..<50).map { try store.putBatch([StoreEntry("\(writer)/\($0)", "x")]) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(sequences.sorted() == Array(1...200))
        #expect(store.currentSequence == 200)
        var count = 0
        let scan = try store.rangeScan()
        while try scan.next() != nil { count += 1 }
        #expect(count == 200)
        test.close()
    }
}
