import Glibc
import Synchronization
import Testing
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("Several callers of compact") struct CompactionRequestTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    /// A log with two segments, each large enough that merging asks its callers several times.
    private func open() throws -> (TestLog, LogStream) {
        var options = LogOptions.small
        options.workers = .threads
        options.mergesSegments = false
        options.mergeBytesPerSecond = 0
        options.fileBytes = 8 << 20
        options.settleBytes = 1 << 20
        let test = try TestLog(volume, indexes: indexes, options: options)
        let stream = try test.create("a")
        for round in 0..<2 {
            try fill(test, stream, seed: round)
            try test.log.settle()
        }
        return (test, stream)
    }

    private func fill(_ test: TestLog, _ stream: LogStream, seed: Int) throws {
        try test.append([[UInt8](repeating: UInt8(seed), count: 400_000)], to: stream)
    }

    /// True once, on the settler's thread, when it merges.
    private static func isFirstLook(_ log: EventLog, _ hasBegun: borrowing Atomic<Bool>) -> Bool {
        log.settler.work.isMerging && !hasBegun.exchange(true, ordering: .acquiringAndReleasing)
    }

    /// How many calls of `compact` wait, whose work has not begun.
    private static func waiting(_ log: EventLog) -> Int {
        log.settler.requests.withLock { $0.compactions.count }
    }

    @Test("a caller who gives up ends no other's compaction")
    func givingUp() throws {
        let (test, _) = try open()
        defer { test.log.close() }
        let log = test.log
        let hasBegun = Atomic<Bool>(false)
        let other = try NamedThread.start(name: "other") {
            while !hasBegun.load(ordering: .acquiring) { sched_yield() }
            // It does not want it from the beginning.
            #expect(throws: LogError.closed) { try log.settler.compact { true } }
        }
        let report = try log.settler.compact {
            if Self.isFirstLook(log, hasBegun) {
                // The merge is under way; it goes on when the other one waits.
                while Self.waiting(log) == 0 { sched_yield() }
            }
            return false
        }
        other.join()
        #expect(report.merges == 1 && report.segmentsBefore == 2)
    }

    @Test("a caller whose compaction ends does not take the next one's wish to end with it")
    func endingFirst() throws {
        let (test, stream) = try open()
        defer { test.log.close() }
        let log = test.log
        let statistics = log.settlingStatistics
        let hasBegun = Atomic<Bool>(false)
        let other = try NamedThread.start(name: "other") {
            while !hasBegun.load(ordering: .acquiring) { sched_yield() }
            // Over as soon as the first one's merge is done: in its own it must be heard.
            #expect(throws: LogError.closed) {
                try log.settler.compact { statistics.now.merges > 0 }
            }
        }
        let settled = statistics.now.settlings
        let report = try log.settler.compact {
            if Self.isFirstLook(log, hasBegun) {
                // More to merge for the other one: due, so that it is settled within this merge.
                for seed in 2..<5 { #expect((try? fill(test, stream, seed: seed)) != nil) }
                while Self.waiting(log) == 0 { sched_yield() }
            }
            return false
        }
        other.join()
        #expect(report.merges == 1 && report.segmentsBefore == 2)
        #expect(statistics.now.settlings > settled && statistics.now.merges == 1)
    }

    @Test("callers who wait together are told the same")
    func together() throws {
        let (test, _) = try open()
        defer { test.log.close() }
        let log = test.log
        let hasBegun = Atomic<Bool>(false)
        let reports = Mutex<[CompactionReport]>([])
        var others: [NamedThread] = []
        for index in 0..<2 {
            others.append(
                try NamedThread.start(name: "other \(index)") {
                    while !hasBegun.load(ordering: .acquiring) { sched_yield() }
                    let report = try? log.settler.compact { false }
                    reports.withLock { $0 += report.map { [$0] } ?? [] }
                })
        }
        let first = try log.settler.compact {
            if Self.isFirstLook(log, hasBegun) {
                while Self.waiting(log) < 2 { sched_yield() }
            }
            return false
        }
        for other in others { other.join() }
        #expect(first.merges == 1)
        // Nothing was left for them.
        #expect(reports.withLock { $0 } == [CompactionReport(), CompactionReport()])
    }
}
