import Testing
import VarveIndex
import VarveLog
import VarveSimulation
import VarveStorage

@testable import VarveStore

/// Dropping batches, by call and by rule.
@Suite struct BatchLogTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(seed: UInt64 = 1, options: StoreOptions = .small) throws -> TestStore {
        try TestStore(volume, indexes: indexes, options: options, seed: seed)
    }

    @Test("Dropping batches leaves keys and sequence alone, and says how many went")
    func droppingLeavesKeysAlone() throws {
        var test = try open()
        for index in 1...5 { try test.put(["k\(index)": "v"]) }
        #expect(try test.store.pruneBatchLog(below: 0) == 0)
        #expect(try test.store.pruneBatchLog(below: 1) == 0)
        #expect(try test.store.pruneBatchLog(below: 3) == 2)
        #expect(try test.store.pruneBatchLog(below: 3) == 0)
        for seed in UInt64(2)...3 {
            #expect(test.store.oldestRetainedBatch == 3)
            #expect(try test.batch(2) == nil)
            #expect(throws: StoreError.evicted(sequence: 2, oldestRetained: 3)) {
                try test.store.image(of: 2)
            }
            #expect(try test.batch(3) == "k3=v")
            #expect(try test.scan() == "k1=v k2=v k3=v k4=v k5=v")
            test.close()
            test = try open(seed: seed)
        }
        #expect(try test.store.pruneBatchLog(below: .max) == 3)
        #expect(test.store.oldestRetainedBatch == nil)
        #expect(test.store.currentSequence == 5)
        #expect(throws: StoreError.evicted(sequence: 5, oldestRetained: nil)) {
            try test.store.image(of: 5)
        }
        #expect(try test.put(["k6": "v"]) == 6)
        #expect(test.store.oldestRetainedBatch == 6)
        #expect(try test.batch(6) == "k6=v")
        test.close()
    }

    @Test("Who reads a batch while it is dropped learns that it is, and not before that is durable")
    func droppingIsToldOnceItIsDurable() throws {
        var options = StoreOptions.small
        options.recentBytesMax = 0
        let plan = FaultPlan()
        for isFailing in [false, true] {
            let test = try TestStore(
                FaultyVolume(SimulatedVolume(), plan: plan), indexes: MemoryIndexSource(),
                options: options)
            for index in 1...5 { try test.put(["k\(index)": "v"]) }
            // As a prune does that has staged the trim and has not heard of it yet.
            let batches = test.store.applier.batches
            let place = try batches.position(of: 2)
            if isFailing { plan.fail(.sync, count: .max, with: .inputOutput) }
            _ = try? test.log.trim(batches.stream, before: place)
            let error = #expect(throws: StoreError.self) { try test.store.image(of: 1) }
            if isFailing {
                #expect(error?.code == "poisoned")
            } else {
                #expect(error == .evicted(sequence: 1, oldestRetained: 3))
                #expect(try test.batch(2) == nil)
                #expect(try test.batch(3) == "k3=v")
            }
            test.close()
        }
    }

    @Test("Retention holds after every batch, over restarts, and what it dropped stays dropped")
    func retentionHoldsAfterEveryBatch() throws {
        var test = try open()
        for index in 1...4 { try test.put(["k\(index)": "v"]) }
        #expect(try test.store.setRetention(.keepLatest(count: 2)) == 3)
        for index in 5...8 {
            #expect(try test.put(["k\(index)": "v"]) == UInt64(index))
            #expect(test.store.oldestRetainedBatch == UInt64(index) - 1)
            #expect(try test.batch(UInt64(index) - 2) == nil)
        }
        test.close()
        test = try open(seed: 2)
        #expect(test.store.retention == .keepLatest(count: 2))
        #expect(test.store.oldestRetainedBatch == 7)
        #expect(try test.store.setRetention(nil) == 7)
        try test.put(["k9": "v"])
        #expect(test.store.oldestRetainedBatch == 7)
        #expect(try test.batch(6) == nil)
        #expect(try test.store.setRetention(.greaterThan(threshold: 7)) == 8)
        #expect(try test.store.setRetention(.greaterThanOrEqual(threshold: 20)) == nil)
        #expect(try test.put(["k10": "v"]) == 10)
        #expect(test.store.oldestRetainedBatch == nil)
        #expect(try test.store.setRetention(.dropAll) == nil)
        #expect(try test.scan("k10") == "k10=v k2=v k3=v k4=v k5=v k6=v k7=v k8=v k9=v")
        test.close()
        test = try open(seed: 3)
        #expect(test.store.retention == .dropAll)
        #expect(test.store.oldestRetainedBatch == nil)
        #expect(try test.get("k1") == "v")
        test.close()
    }

    @Test("The space of what retention drops is given back by and by")
    func spaceIsGivenBack() throws {
        var options = StoreOptions.small
        options.trimBytesMin = 1000
        let test = try open(options: options)
        try test.store.setRetention(.keepLatest(count: 1))
        for index in 1...200 { try test.put(["k\(index % 7)": "0123456789"]) }
        try test.store.batchLog.giveBack()
        let start = test.store.applier.batches.visibleStart
        #expect(start.record > 50)
        #expect(test.store.oldestRetainedBatch == 200)
        test.close()
    }

    @Test("What is kept is read back when segments were merged and what was dropped is gone")
    func keptBatchesOutliveCompaction() throws {
        var options = StoreOptions.small
        options.recentBytesMax = 1
        var test = try open(options: options)
        for index in 1...60 {
            try test.put(["k\(index)": String(repeating: "x", count: index * 20)])
            if index % 15 == 0 { try test.log.settle() }
        }
        _ = try test.store.pruneBatchLog(below: 40)
        try test.log.settle()
        _ = try test.log.compact()
        for seed in UInt64(2)...3 {
            for index in 38...60 {
                let expected = "k\(index)=" + String(repeating: "x", count: index * 20)
                #expect(try test.batch(UInt64(index)) == (index < 40 ? nil : expected))
            }
            #expect(try test.get("k1") == String(repeating: "x", count: 20))
            test.close()
            test = try open(seed: seed, options: options)
        }
        #expect(try test.put(["z": ""]) == 61)
        test.close()
    }

    @Test("Old prunes go once batches were dropped, and the setting stays")
    func oldPrunesGo() throws {
        var options = StoreOptions.small
        options.policyBytesMax = 100
        var test = try open(options: options)
        try test.store.setRetention(.keepLatest(count: 100))
        let all = PrunePolicy(
            keys: .init(selector: StoreSelector(prefix: Array("x".utf8))), retain: .dropAll)
        for index in 1...20 {
            try test.put(["x\(index)": "v", "y\(index)": "v"])
            try test.store.prune([all])
        }
        let policies = test.store.applier.policies
        #expect(policies.visibleStart.record == 0)
        _ = try test.store.pruneBatchLog(below: 10)
        #expect(policies.visibleStart.record == 21)
        let expected = try test.scan()
        test.close()
        test = try open(seed: 2, options: options)
        #expect(test.store.retention == .keepLatest(count: 100))
        #expect(test.store.oldestRetainedBatch == 10)
        #expect(try test.scan() == expected)
        try test.store.prune([all])
        test.close()
    }

    @Test("Batches are not dropped where the index is in memory and the log is not")
    func batchesStayWhereTheIndexIsInMemory() throws {
        let test = try TestStore(volume)
        let store = try Store(
            on: test.log, index: StoreIndex(try MemoryIndexSource().open("x"), outlivesLog: false),
            ownsLog: false, options: .small)
        _ = try store.putBatch([StoreEntry("a", "1")])
        #expect(throws: StoreError.self) { try store.pruneBatchLog(below: 2) }
        #expect(throws: StoreError.self) { try store.setRetention(.dropAll) }
        #expect(store.oldestRetainedBatch == 1)
        store.close()
        test.close()
    }

    @Test("An index that lacks dropped batches, is ahead of the log, or another's, is refused")
    func anIndexThatDoesNotFitIsRefused() throws {
        let test = try open()
        try test.put(["a": "1"])
        try test.put(["b": "2"])
        test.close()
        // Ahead: the log is an older copy.
        for (seed, text) in [(UInt64(1), "ahead of the log"), (7, "belongs to the batches")] {
            let older = MemoryVolume()
            let first = try TestStore(older, indexes: MemoryIndexSource(), seed: seed)
            try first.put(["a": "1"])
            first.close()
            expectRefusal(older, indexes, text)
        }
        // Behind: batches were dropped that a new index has not.
        let again = try open(seed: 3)
        _ = try again.store.pruneBatchLog(below: 2)
        again.close()
        expectRefusal(volume, MemoryIndexSource(), "lacks what was dropped")
    }

    private func expectRefusal(_ volume: any Volume, _ source: any IndexSource, _ text: String) {
        let error = #expect(throws: StoreError.self) {
            try TestStore(volume, indexes: source, seed: 9)
        }
        guard case .index(let detail) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(detail.contains(text))
    }
}
