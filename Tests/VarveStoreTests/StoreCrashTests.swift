import ServerProcess
import Synchronization
import Testing
import VarveIndex
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveStore

/// Power loss: batches are there whole or not at all, and the index is what the log says.
@Suite struct StoreCrashTests {
    /// What is known of the store: the batches acknowledged and those that may be there.
    private struct Model {
        var batches: [StoreBatch] = []
        var acknowledged = 0
        var dropped: UInt64 = 0

        /// The keys after the first so many batches.
        func keys(after count: Int) -> [[UInt8]: [UInt8]] {
            var keys: [[UInt8]: [UInt8]] = [:]
            for batch in batches[..<count] {
                for entry in batch.entries {
                    keys[entry.key] = batch.kind == .put ? entry.value : nil
                }
            }
            return keys
        }
    }

    private var options: StoreOptions {
        var options = StoreOptions.small
        options.log.fileBytes = 256 << 10
        options.ingestEntriesMin = 40
        options.recentBytesMax = 2000
        return options
    }

    private func batch(_ random: SeededRandom, _ sequence: UInt64) -> StoreBatch {
        let kind: StoreBatch.Kind = random.next(below: 4) == 0 ? .delete : .put
        let count = 1 + Int(random.next(below: random.next(below: 5) == 0 ? 60 : 8))
        let entries = (0..<count).map { _ in
            let value = (0..<random.next(below: 40)).map { _ in
                UInt8(truncatingIfNeeded: random.next(below: 256))
            }
            return StoreEntry(
                key: [UInt8(truncatingIfNeeded: random.next(below: 50))],
                value: kind == .put ? value : [])
        }
        return StoreBatch(sequence: sequence, kind: kind, entries: entries)
    }

    @Test(
        "A loss of power takes no acknowledged batch, and leaves others whole or not at all",
        arguments: 1...12)
    func batchesSurviveWholeOrNotAtAll(seed: Int) throws {
        let random = SeededRandom(seed: UInt64(seed))
        let volume = SimulatedVolume()
        let indexes = SimulatedIndexSource()
        var model = Model()
        for round in 0..<6 {
            let test = try TestStore(
                volume, indexes: indexes, options: options, seed: random.next())
            try check(test, &model)
            for _ in 0..<random.next(below: 12) {
                try operate(test, &model, random)
            }
            let outcome = CrashOutcome.random(seed: random.next())
            volume.crash(outcome)
            indexes.crash(outcome)
            test.log.abandon()
            test.store.close()
            if round == 3 { try indexes.destroyUnlessDropped(model.dropped) }
        }
    }

    private func operate(
        _ test: TestStore, _ model: inout Model, _ random: SeededRandom
    ) throws {
        switch random.next(below: 12) {
        case 0: try test.log.settle()
        case 1:
            let oldest = test.store.oldestRetainedBatch ?? 0
            model.dropped = max(model.dropped, oldest)
            if random.next(below: 3) == 0 {
                _ = try test.store.pruneBatchLog(below: oldest + 1)
                model.dropped = max(model.dropped, oldest + 1)
            }
        case 2:
            // Not waited for: it may be there after the crash or not.
            let batch = batch(random, UInt64(model.batches.count) + 1)
            model.batches.append(batch)
            _ = try test.store.stage(try encode(batch, test.store))
        default:
            let batch = batch(random, UInt64(model.batches.count) + 1)
            model.batches.append(batch)
            let sequence = try test.store.write(try encode(batch, test.store))
            #expect(sequence == batch.sequence)
            model.acknowledged = model.batches.count
        }
    }

    private func encode(_ batch: StoreBatch, _ store: Store) throws -> EncodedBatch {
        var encoder = store.encoder(batch.kind)
        for entry in batch.entries {
            try entry.key.withUnsafeBytes { key in
                try entry.value.withUnsafeBytes { try encoder.append(key, $0) }
            }
        }
        return try encoder.finish()
    }

    private func check(_ test: TestStore, _ model: inout Model) throws {
        let count = Int(test.store.currentSequence)
        #expect(count >= model.acknowledged)
        #expect(count <= model.batches.count)
        model.batches.removeSubrange(count...)
        model.acknowledged = count
        let oldest = test.store.oldestRetainedBatch ?? UInt64(count) + 1
        for batch in model.batches where batch.sequence >= oldest {
            #expect(try test.store.batch(batch.sequence) == batch)
        }
        let snapshot = try test.store.snapshot()
        #expect(snapshot.sequence == UInt64(count))
        var found: [[UInt8]: [UInt8]] = [:]
        try snapshot.forEach(from: [], through: []) { key, value in
            found[Array(key)] = Array(value)
            return true
        }
        #expect(found == model.keys(after: count))
    }

    @Test(
        "In a log that does not sync, the store opens after every loss of power, as a prefix",
        arguments: 1...12)
    func aWeakLogNeverLosesWhatItsIndexHas(seed: Int) throws {
        let random = SeededRandom(seed: UInt64(seed))
        let volume = SimulatedVolume()
        let indexes = SimulatedIndexSource()
        var options = options
        options.log.durability = .os
        var model = Model()
        for _ in 0..<6 {
            let test = try TestStore(
                volume, indexes: indexes, options: options, seed: random.next())
            // What was dropped was in the index first, and in the synced log before that.
            model.acknowledged = Int(max(1, model.dropped) - 1)
            try check(test, &model)
            for _ in 0..<random.next(below: 12) {
                try operate(test, &model, random)
            }
            let outcome = CrashOutcome.random(seed: random.next())
            volume.crash(outcome)
            indexes.crash(.keepingAll)
            test.log.abandon()
            test.store.close()
        }
    }

    @Test("After a failed sync nothing more of the index is written, and reads go on")
    func anIndexIsNotWrittenBehindAFailedSync() throws {
        let plan = FaultPlan()
        let disk = SimulatedVolume()
        let indexes = SimulatedIndexSource()
        var options = options
        options.log.durability = .os
        options.recentBytesMax = 32 << 20
        let test = try TestStore(
            FaultyVolume(disk, plan: plan), indexes: indexes, options: options)
        try test.put(["a": "1"])
        plan.fail(.sync, count: .max, with: .inputOutput)
        for value in 2...3 { try test.put(["a": "\(value)"]) }
        let error = #expect(throws: StoreError.self) { try test.store.pruneBatchLog(below: 2) }
        #expect(error == .log(test.log.failure ?? .closed))
        #expect(try test.get("a") == "3")
        disk.crash(.losingAll)
        indexes.crash(.keepingAll)
        test.log.abandon()
        test.store.close()
        let again = try TestStore(disk, indexes: indexes, options: options, seed: 2)
        #expect(again.store.currentSequence == 0)
        #expect(try again.scan() == "")
        again.close()
    }

    @Test("When a write fails nothing more is written, and reads go on with what is durable")
    func aFailedWriteEndsWriting() throws {
        let plan = FaultPlan()
        let volume = FaultyVolume(SimulatedVolume(), plan: plan)
        let test = try TestStore(volume, indexes: SimulatedIndexSource(), options: options)
        try test.put(["a": "1"])
        plan.fail(.sync, count: .max, with: .inputOutput)
        for _ in 0..<2 {
            let error = #expect(throws: StoreError.self) { try test.put(["a": "2"]) }
            guard case .log(.poisoned) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try test.get("a") == "1")
        #expect(test.store.currentSequence == 1)
        #expect(try test.batch(1) == "a=1")
        test.close()
    }

    @Test("A failing index fails reads that need it, loses nothing, and is caught up later")
    func aFailingIndexLosesNothing() throws {
        let indexes = SimulatedIndexSource()
        let test = try TestStore(SimulatedVolume(), indexes: indexes, options: options)
        try test.put(["a": "1"])
        indexes.fail(with: .outOfSpace(directory: "store"))
        #expect(throws: StoreError.self) { try test.put(["a": "2"]) }
        #expect(throws: StoreError.self) { try test.get("a") }
        indexes.fail(with: nil)
        #expect(try test.get("a") == "2")
        #expect(test.store.currentSequence == 2)
        #expect(try test.put(["a": "3"]) == 3)
        test.close()
    }

    @Test("A failing index is tried again by itself; it tells when it fails and when it works")
    func aFailingIndexIsTriedAgain() throws {
        let indexes = SimulatedIndexSource()
        let test = try TestStore(SimulatedVolume(), indexes: indexes, options: options)
        let events = Events()
        test.store.addListener(events)
        #expect(test.store.failure == nil)
        indexes.fail(with: .outOfSpace(directory: "store"))
        var encoder = test.store.encoder(.put)
        try [1].span.withUnsafeBytes { (key) throws(StoreError) in
            try encoder.append(key, key)
        }
        _ = try test.store.stage(try encoder.finish())
        // Nobody reads or writes any more: only the store itself can have tried.
        #expect(events.wait { $0.stalls.count == 1 })
        #expect(test.store.failure == events.stalls.first)
        #expect(events.wait { _ in test.store.failureCount >= 2 })
        indexes.fail(with: nil)
        #expect(events.wait { $0.resumes == 1 })
        #expect(test.store.failure == nil)
        #expect(test.store.appliedSequence == 1)
        #expect(events.stalls.count == 1)
        test.close()
    }

    /// What a store tells of its health.
    private final class Events: StoreListener {
        private struct State {
            var stalls: [StoreError] = []
            var resumes = 0
        }

        private let state = Mutex(State())

        var stalls: [StoreError] { state.withLock(\.stalls) }
        var resumes: Int { state.withLock(\.resumes) }

        func storeAdvanced(to sequence: UInt64) {}

        func storeStalled(_ error: StoreError) {
            state.withLock { $0.stalls.append(error) }
        }

        func storeResumed() {
            state.withLock { $0.resumes += 1 }
        }

        /// Whether something comes to be, in a time that is never needed.
        func wait(_ condition: (Events) -> Bool) -> Bool {
            Deadline(seconds: 60).wait { condition(self) }
        }
    }

    @Test("A crash at any write or sync leaves a batch whole or not at all")
    func everyCrashPointIsSurvived() throws {
        var crossed = 0
        for limit in 0..<200 {
            let volume = SimulatedVolume()
            let indexes = SimulatedIndexSource()
            let plan = FaultPlan()
            plan.freeze(afterChanges: limit)
            let frozen = FaultyVolume(volume, plan: plan)
            var acknowledged: UInt64 = 0
            do {
                let test = try TestStore(frozen, indexes: indexes, options: options)
                defer {
                    volume.crash(.random(seed: UInt64(limit)))
                    indexes.crash(.random(seed: UInt64(limit)))
                    test.log.abandon()
                    test.store.close()
                }
                acknowledged = try test.put(["a": "1", "b": "2"])
                acknowledged = try test.put(["a": "3", "c": "4"])
                crossed += 1
            } catch {
                volume.crash(.random(seed: UInt64(limit)))
                indexes.crash(.random(seed: UInt64(limit)))
            }
            let test = try TestStore(volume, indexes: indexes, options: options, seed: 5)
            let current = test.store.currentSequence
            #expect(current >= acknowledged)
            let states = ["", "a=1 b=2", "a=3 b=2 c=4"]
            #expect(try test.scan() == states[Int(current)])
            test.close()
            if crossed > 3 { return }
        }
    }
}

extension SimulatedIndexSource {
    /// Loses the whole index, unless the log lacks what it was made from.
    fileprivate func destroyUnlessDropped(_ dropped: UInt64) throws {
        if dropped <= 1 { try destroy("store") }
    }
}
