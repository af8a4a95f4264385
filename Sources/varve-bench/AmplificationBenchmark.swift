import VarveLog
import VarvePlatform

/// How many bytes the log writes for each byte that is appended, over a long run: to the journal,
/// when it settles, and when it merges segments.
///
/// Counts bytes, so that other work on the machine changes nothing; merging goes as fast as it can,
/// so that it is not behind when they are read.
struct AmplificationBenchmark {
    /// Settings of one run.
    private struct Setting {
        var name: String
        var settleBytes: Int
        var mergeBytesMax: UInt64
    }

    /// The defaults, and an eighth of both sizes: then a log has grown as far, in segments, as one
    /// of eight times its bytes with the defaults.
    private static let settings = [
        Setting(name: "defaults", settleBytes: 32 << 20, mergeBytesMax: 8 << 30),
        Setting(name: "eighth", settleBytes: 4 << 20, mergeBytesMax: 1 << 30),
    ]
    private static let streamCount = 10_000
    /// How many appends are under way together.
    private static let together = 512
    /// How many lines a run prints.
    private static let steps = 16
    /// How often merging must be found at rest before its bytes are read.
    private static let restingLooks = 3

    let options: BenchmarkOptions

    /// Appends single records of 256 bytes to many streams, to some more often than to others.
    func run() throws {
        for setting in Self.settings { try run(setting) }
    }

    private func run(_ setting: Setting) throws {
        let scratch = try Scratch(options)
        var logOptions = LogOptions()
        logOptions.settleBytes = setting.settleBytes
        logOptions.mergeBytesMax = setting.mergeBytesMax
        logOptions.mergeBytesPerSecond = 0
        let log = try scratch.open(logOptions)
        defer { log.close() }
        let streams = try Streams.make(Self.streamCount, in: log)
        let workload = Workload(batch: 1)
        let random = SeededRandom(seed: 1)
        let begin = Written(log)
        let total = options.mebibytes << 20
        var appended = 0
        for step in 1...Self.steps {
            while appended < total / Self.steps * step {
                var last = LSN.none
                for _ in 0..<Self.together {
                    let index = min(
                        random.next(below: streams.count), random.next(below: streams.count))
                    last = try workload.stagePatiently(to: streams[index], in: log)
                    appended += Workload.recordBytes
                }
                try log.waitUntilDurable(last)
            }
            if step == Self.steps { try log.settle() }
            try waitForMerges(scratch)
            print(setting, appended, Written(log) - begin, scratch)
        }
    }

    /// Waits until no segment is being written.
    private func waitForMerges(_ scratch: Scratch) throws {
        var looks = 0
        while looks < Self.restingLooks {
            let isResting = try segments(scratch).allSatisfy { $0.hasSuffix(".segment") }
            looks = isResting ? looks + 1 : 0
            Pause.milliseconds(100)
        }
    }

    private func segments(_ scratch: Scratch) throws -> [String] {
        let path = "\(scratch.path)/segments"
        return File.isDirectory(path) ? try File.list(path) : []
    }

    private func print(
        _ setting: Setting, _ appended: Int, _ written: Written, _ scratch: Scratch
    ) {
        var line = ResultLine("amplification-\(setting.name)", durability: "sync")
        let count = Double(appended)
        line.add("appended_bytes", count)
        line.add("journal_bytes", Double(written.journal))
        line.add("settled_bytes", Double(written.settled))
        line.add("merged_bytes", Double(written.merged))
        line.add("factor", Double(written.journal + written.settled + written.merged) / count)
        line.add("merge_factor", Double(written.merged) / count)
        line.add("merges", Double(written.merges))
        line.add("segments", Double((try? segments(scratch).count) ?? 0))
        line.print()
    }

    /// The bytes that a log has written by a moment.
    private struct Written {
        var journal: UInt64
        var settled: UInt64
        var merged: UInt64
        var merges: UInt64

        init(_ log: EventLog) {
            let settling = log.settlingStatistics.now
            journal = log.statistics.now.groupBytes
            settled = settling.fileBytes
            merged = settling.mergeResultBytes
            merges = settling.merges
        }

        static func - (end: Written, begin: Written) -> Written {
            var written = end
            written.journal -= begin.journal
            written.settled -= begin.settled
            written.merged -= begin.merged
            written.merges -= begin.merges
            return written
        }
    }
}
