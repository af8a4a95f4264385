import Synchronization
import Testing
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct DurabilityTests {
    @Test func ticketsAndWaitersOfEveryKindAreReleasedTogether() async throws {
        let test = try TestLog(MemoryVolume())
        let stream = try test.create("s")
        let receipts = try (0..<20).map { try test.log.beginAppend([pattern($0)], to: stream) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for receipt in receipts {
                group.addTask { try await test.log.durable(receipt.ticket) }
            }
            try await group.waitForAll()
        }
        for receipt in receipts {
            try test.log.waitUntilDurable(receipt.ticket)
            #expect(test.log.durable >= receipt.ticket)
        }
    }

    @Test func listenersAreToldOncePerCommitInOrder() throws {
        final class Recorder: CommitListener {
            let seen = Mutex<[LSN]>([])
            func committed(through lsn: LSN) { seen.withLock { $0.append(lsn) } }
            func poisoned() {}
        }
        let test = try TestLog(MemoryVolume())
        let recorder = Recorder()
        test.log.addCommitListener(recorder)
        let stream = try test.create("s")
        for _ in 0..<5 {
            for _ in 0..<10 { try test.stage([pattern(4)], to: stream) }
            try test.append([pattern(4)], to: stream)
        }
        test.log.close()
        let seen = recorder.seen.withLock { $0 }
        #expect(seen == seen.sorted())
        #expect(Set(seen).count == seen.count)
        #expect(seen.count <= 6)
        #expect(seen.last == LSN(56))
    }

    @Test func inOSModeReadersSeeWhatIsWrittenAndASyncCanBeAskedFor() throws {
        var options = LogOptions.small
        options.durability = .os
        let test = try TestLog(MemoryVolume(), options: options)
        let stream = try test.log.createStream("s")
        let receipt = try test.log.append([pattern(4)], to: stream)
        #expect(test.log.durable >= receipt.ticket)
        #expect(test.log.synced < receipt.ticket)
        let strong = try test.log.append([pattern(4)], to: stream, durability: .sync)
        #expect(test.log.synced >= strong.ticket)
    }

    @Test func inIntervalModeTheClockDecidesWhenToSync() throws {
        var options = LogOptions.small
        options.durability = .interval(milliseconds: 50)
        let clock = ManualClock()
        let test = try TestLog(MemoryVolume(), options: options, clock: clock)
        let stream = try test.log.createStream("s")
        let receipt = try test.log.append([pattern(4)], to: stream)
        #expect(test.log.durable >= receipt.ticket)
        #expect(test.log.synced < receipt.ticket)
        clock.advance(milliseconds: 49)
        let later = try test.log.append([pattern(4)], to: stream)
        #expect(test.log.durable >= later.ticket)
        #expect(test.log.synced < receipt.ticket)
        // Behind the append: the flusher may look at the clock at any time, and syncs once.
        clock.advance(milliseconds: 1)
        while test.log.synced < later.ticket { test.log.requestCommit() }
    }

    @Test func anIdleLogMarksWhatWasSynced() throws {
        var options = LogOptions.small
        options.idleMarkMilliseconds = 1
        let volume = MemoryVolume()
        let test = try TestLog(volume, options: options, clock: SystemClock())
        let stream = try test.log.createStream("s")
        let receipt = try test.log.append([pattern(4)], to: stream)
        var mark = LSN.none
        while mark < receipt.ticket { mark = try LogVerifier.verify(volume: volume).durableMark }
        test.log.abandon()
        // So damage to the last group is damage, and not taken for a torn write.
        var image = try VolumeImage(of: volume)
        let last = try #require(image.frames().last)
        image.files[last.path]?[last.byte + 30] ^= 1
        #expect(throws: LogError.self) { try TestLog(image.volume(), seed: 2) }
    }

    @Test func manyWritersAndReadersAtOnceSeeWholeBatchesOnly() async throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume, clock: SystemClock())
        let streams = try (0..<4).map { try test.log.createStream("s\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, stream) in streams.enumerated() {
                group.addTask {
                    for step in 0..<60 {
                        let batch = [UInt8](repeating: UInt8(step), count: 700)
                        try patiently {
                            try test.log.append([batch, batch, batch], to: stream)
                        }
                        if index == 0, step % 10 == 0 {
                            try patiently { try test.log.createStream("extra\(step)") }
                        }
                    }
                }
                group.addTask {
                    var position = StreamPosition.start
                    while position.record < 180 {
                        let page = try test.log.read(
                            stream, from: position, maxBytes: 1 << 20, check: .nearest)
                        #expect(page.next.record % 3 == 0)
                        position = page.next
                    }
                }
            }
            try await group.waitForAll()
        }
        let heads = streams.map { test.head($0) }
        test.log.close()
        let report = try LogVerifier.verify(volume: volume)
        #expect(report.isClean)
        #expect(report.streams.prefix(4).map(\.head) == heads)
    }
}
