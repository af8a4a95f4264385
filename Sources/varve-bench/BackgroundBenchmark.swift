import VarveLog

/// What settling and merging cost the appends beside which they run.
struct BackgroundBenchmark {
    /// One kind of work in the background.
    private struct Setting {
        var name: String
        /// How many bytes of frames are settled together.
        var settleBytes: Int
        var mergesSegments = false
        /// How many bytes are merged a second; 0 is as fast as it goes.
        var mergeBytesPerSecond = LogOptions().mergeBytesPerSecond
    }

    private static let settings = [
        Setting(name: "off", settleBytes: 1 << 40),
        Setting(name: "32-mib", settleBytes: 32 << 20),
        Setting(name: "8-mib", settleBytes: 8 << 20),
        Setting(name: "8-mib-merging", settleBytes: 8 << 20, mergesSegments: true),
        Setting(
            name: "8-mib-merging-unpaced", settleBytes: 8 << 20, mergesSegments: true,
            mergeBytesPerSecond: 0),
    ]
    private static let streamCount = 1000
    /// How many appends are under way together, and the records of each.
    private static let together = 64
    private static let batch = 4

    let options: BenchmarkOptions

    /// The latency of appends that are under way together, with each kind of work.
    func run() throws {
        for setting in Self.settings { try run(setting) }
    }

    private func run(_ setting: Setting) throws {
        let scratch = try Scratch(options)
        var logOptions = LogOptions()
        logOptions.settleBytes = setting.settleBytes
        logOptions.settleAgeMilliseconds = 1 << 40
        logOptions.unsettledBytesMax = 1 << 42
        logOptions.mergesSegments = setting.mergesSegments
        logOptions.mergeBytesPerSecond = setting.mergeBytesPerSecond
        let log = try scratch.open(logOptions)
        defer { log.close() }
        let streams = try Streams.make(Self.streamCount, in: log)
        let workload = Workload(batch: Self.batch)
        var measurement = Measurement()
        var next = 0
        while measurement.elapsedSeconds < options.seconds {
            try measurement.time {
                var last = LSN.none
                for _ in 0..<Self.together {
                    last = try workload.stagePatiently(to: streams[next], in: log)
                    next = (next + 1) % streams.count
                }
                try log.waitUntilDurable(last)
            }
        }
        let work = log.settlingStatistics.now
        var line = ResultLine("append-settling-\(setting.name)", durability: "sync")
        line.add(measurement, eventsEach: Self.together * Self.batch)
        line.add("p999_us", measurement.microseconds(at: 0.999))
        line.add("settlings", Double(work.settlings))
        line.add("merges", Double(work.merges))
        line.add("merged_bytes", Double(work.mergeResultBytes))
        line.print()
    }
}
