import Synchronization
import Testing
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveStore

/// Following the batches.
@Suite struct SubscriptionTests {
    private func texts(_ subscription: StoreSubscription) throws -> [String] {
        var found: [String] = []
        while true {
            switch try subscription.step() {
            case .delivery(let delivery):
                let entries = delivery.entries.map(\.text).joined(separator: " ")
                found.append("\(delivery.sequence): \(entries)")
            case .looked: continue
            case .caughtUp: return found
            }
        }
    }

    @Test("Any selector and any filter choose, and a batch without a choice is passed over")
    func anySelectorAndAnyFilterChoose() throws {
        let test = try TestStore()
        let subscription = try test.store.subscribe(
            selectors: [
                StoreSelector(prefix: Array("a/".utf8)),
                StoreSelector(prefix: Array("b/".utf8), pattern: "^[0-9]+$"),
            ], filters: [.exact(Array("x".utf8)), .prefix(Array("y".utf8)), .regex("z$")])
        try test.put(["a/1": "x", "a/2": "no", "b/12": "yes", "b/q": "x", "c": "x"])
        try test.put(["c": "x"])
        try test.put(["a/3": "..z", "a/4": "..zz."])
        #expect(try texts(subscription) == ["1: a/1=x b/12=yes", "3: a/3=..z"])
        #expect(subscription.nextSequence == 4)
        test.close()
    }

    @Test("Without a sequence it begins with the next batch; from a sequence on it replays first")
    func whereItBegins() throws {
        let test = try TestStore()
        try test.put(["a": "1"])
        try test.delete("a")
        let live = try test.store.subscribe()
        let replay = try test.store.subscribe(since: 2)
        let all = try test.store.subscribe(since: 0)
        let later = try test.store.subscribe(since: 4)
        try test.put(["b": "2"])
        try test.put(["c": "3"])
        #expect(try texts(live) == ["3: b=2", "4: c=3"])
        #expect(try texts(replay) == ["2: a=", "3: b=2", "4: c=3"])
        #expect(try texts(all) == ["1: a=1", "2: a=", "3: b=2", "4: c=3"])
        #expect(try texts(later) == ["4: c=3"])
        #expect(try texts(all) == [])
        test.close()
    }

    @Test("A place that was dropped is an error, at the beginning and later; the rest goes on")
    func droppedPlacesAreErrors() throws {
        let test = try TestStore()
        for index in 1...3 { try test.put(["k\(index)": "v"]) }
        let stalled = try test.store.subscribe(since: 1)
        let other = try test.store.subscribe(since: 3)
        _ = try test.store.pruneBatchLog(below: 3)
        #expect(throws: StoreError.evicted(sequence: 1, oldestRetained: 3)) {
            try stalled.step()
        }
        #expect(throws: StoreError.evicted(sequence: 2, oldestRetained: 3)) {
            try test.store.subscribe(since: 2)
        }
        #expect(try texts(other) == ["3: k3=v"])
        test.close()
    }

    @Test("Replay goes over into live under load, without gap or repeat, for many at once")
    func replayGoesOverIntoLive() throws {
        var options = StoreOptions.small
        options.recentBytesMax = 500
        let test = try TestStore(options: options)
        for index in 1...100 { try test.put(["k\(index)": "v"]) }
        let followers = try [1, 50, 100].map { start in
            try Follower(try test.store.subscribe(since: start), through: 300)
        }
        for index in 101...300 { try test.put(["k\(index)": "v"]) }
        for (start, follower) in zip([UInt64(1), 50, 100], followers) {
            #expect(follower.seen == Array(start...300))
        }
        test.close()
    }

    @Test("Who waits gets nothing when the time is over, and wakes when it is cancelled")
    func waitingEnds() throws {
        let test = try TestStore()
        let subscription = try test.store.subscribe()
        #expect(try subscription.next(timeout: .zero) == nil)
        let follower = try Follower(subscription, through: 1)
        subscription.cancel()
        #expect(follower.seen == [])
        test.close()
    }

    @Test("Who waits learns that the store was closed, and that its log failed")
    func waitingEndsWithTheStore() throws {
        for fails in [false, true] {
            let plan = FaultPlan()
            let test = try TestStore(FaultyVolume(MemoryVolume(), plan: plan))
            let subscription = try test.store.subscribe()
            let waiter = try Waiter(subscription)
            if fails {
                plan.fail(.sync, count: .max, with: .inputOutput)
                #expect(throws: StoreError.self) { try test.put(["a": "1"]) }
                #expect(waiter.failure == test.log.failure.map { .log($0) })
            }
            test.close()
            if !fails { #expect(waiter.failure == .log(.closed)) }
        }
    }

    @Test("The thread that applies does not wait for a long prune or a backup")
    func applyingGoesOnWhilePlanning() throws {
        var options = StoreOptions.small
        options.trimBytesMin = 1
        let test = try TestStore(options: options)
        for _ in 1...20 { try test.put(["a": "1"]) }
        try test.store.setRetention(.keepLatest(count: 15))
        let follower = try Follower(try test.store.subscribe(), through: 31)
        try test.store.batchLog.planning { () throws(StoreError) in
            for index in 21...31 {
                var encoder = test.store.encoder(.put)
                try [UInt8(index)].span.withUnsafeBytes { (key) throws(StoreError) in
                    try encoder.append(key, key)
                }
                let staged = try test.store.stage(try encoder.finish())
                try Store.wrap { () throws(LogError) in
                    try test.log.waitUntilDurable(staged.lsn)
                }
            }
            #expect(follower.seen == Array(21...31))
        }
        test.close()
    }

    @Test("A batch whose writer went away wakes those who follow, and is seen by the next read")
    func aBatchWithoutAWaitingWriterIsSeen() throws {
        let test = try TestStore()
        let subscription = try test.store.subscribe()
        let follower = try Follower(subscription, through: 1)
        var encoder = test.store.encoder(.put)
        try [UInt8(0x61)].withUnsafeBytes { try encoder.append($0, $0) }
        let staged = try test.store.stage(try encoder.finish())
        #expect(staged.sequence == 1)
        #expect(follower.seen == [1])
        try test.log.waitUntilDurable(staged.lsn)
        #expect(try test.get("a") == "a")
        test.close()
    }

    @Test("Who follows and stands still slows nobody, and gets everything later")
    func whoStandsStillSlowsNobody() throws {
        var options = StoreOptions.small
        options.recentBytesMax = 100
        let test = try TestStore(options: options)
        let still = try test.store.subscribe()
        let quick = try test.store.subscribe()
        for index in 1...50 {
            try test.put(["k": "\(index)"])
            #expect(try texts(quick) == ["\(index): k=\(index)"])
        }
        #expect(try texts(still) == (1...50).map { "\($0): k=\($0)" })
        test.close()
    }

    @Test("A step looks at so many bytes and no more")
    func aStepIsBounded() throws {
        let test = try TestStore()
        for _ in 1...10 { try test.put(["a": "0123456789"]) }
        let subscription = try test.store.subscribe(
            selectors: [StoreSelector(prefix: [0x7a])], since: 1)
        guard case .looked = try subscription.step(bytesMax: 40) else {
            Issue.record("more than the bytes that a step may look at")
            return
        }
        #expect(subscription.nextSequence == 4)
        test.close()
    }

    @Test("Listeners hear once of a commit, whoever applied it")
    func listenersHearOfCommits() throws {
        final class Ear: StoreListener {
            let heard = Mutex<[UInt64]>([])
            func storeAdvanced(to sequence: UInt64) { heard.withLock { $0.append(sequence) } }
        }
        let test = try TestStore()
        let ear = Ear()
        test.store.addListener(ear)
        try test.put(["a": "1"])
        try test.put(["a": "2"])
        #expect(ear.heard.withLock { $0 } == [1, 2])
        test.store.removeListener(ear)
        try test.put(["a": "3"])
        #expect(ear.heard.withLock { $0 }.count == 2)
        test.close()
    }
}

/// A thread that follows a store up to a sequence, or until its subscription ends.
private final class Follower: Sendable {
    private let sequences = Mutex<[UInt64]>([])
    private let thread: Mutex<NamedThread?>

    init(_ subscription: StoreSubscription, through last: UInt64) throws {
        thread = Mutex(nil)
        let started = try NamedThread.start(name: "follower") { [self] in
            while let delivery = try? subscription.next() {
                sequences.withLock { $0.append(delivery.sequence) }
                if delivery.sequence == last { return }
            }
        }
        thread.withLock { $0 = started }
    }

    /// What it was given, once it has ended.
    var seen: [UInt64] {
        thread.withLock { $0 }?.join()
        return sequences.withLock { $0 }
    }
}

/// A thread that waits for one batch, and what it learned instead.
private final class Waiter: Sendable {
    private let error = Mutex<StoreError?>(nil)
    private let thread: Mutex<NamedThread?>

    init(_ subscription: StoreSubscription) throws {
        thread = Mutex(nil)
        let started = try NamedThread.start(name: "waiter") { [self] in
            do throws(StoreError) {
                _ = try subscription.next()
            } catch {
                let failure = error
                self.error.withLock { $0 = failure }
            }
        }
        thread.withLock { $0 = started }
    }

    /// What was thrown, once it has ended.
    var failure: StoreError? {
        thread.withLock { $0 }?.join()
        return error.withLock { $0 }
    }
}
