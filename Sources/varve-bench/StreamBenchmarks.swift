import VarveLog
import VarvePlatform

/// What many streams cost, and how long opening takes.
struct StreamBenchmarks {
    let options: BenchmarkOptions

    /// Creates many streams, appends to each, and opens the log again.
    func many() throws {
        let scratch = try Scratch(options)
        var log = try scratch.open(.sync)
        let clock = SystemClock()
        let before = Machine.residentBytes
        var start = clock.monotonicNanoseconds()
        let streams = try Streams.make(options.streams, in: log)
        let created = Double(clock.monotonicNanoseconds() - start) / 1e9
        let window = log.windowMemoryBytes
        let idle = Int(Machine.residentBytes) - Int(before) - window
        let workload = Workload(batch: 4)
        var last = LSN.none
        for stream in streams { last = try workload.stagePatiently(to: stream, in: log) }
        try log.waitUntilDurable(last)
        var line = ResultLine("many-streams", durability: "sync")
        line.add("streams", Double(streams.count))
        line.add("creates_per_second", Double(streams.count) / created)
        line.add("idle_bytes_per_stream", Double(idle) / Double(streams.count))
        line.add("window_bytes", Double(log.windowMemoryBytes))
        line.add("resident_mib_after_1_kib_each", Double(Machine.residentBytes) / 1_048_576)
        log.close()
        start = clock.monotonicNanoseconds()
        log = try scratch.open(.sync)
        line.add("open_seconds", Double(clock.monotonicNanoseconds() - start) / 1e9)
        log.close()
        line.print()
    }

    /// How long opening takes after so many bytes that were not settled.
    func recovery() throws {
        for megabytes in [64, 512] {
            let scratch = try Scratch(options)
            var logOptions = LogOptions()
            logOptions.durability = .os
            logOptions.settleBytes = 1 << 40
            logOptions.settleAgeMilliseconds = 1 << 40
            logOptions.unsettledBytesMax = 1 << 42
            logOptions.settlesWhenClosed = false
            var log = try scratch.open(logOptions)
            let stream = try log.createStream("bench")
            let workload = Workload(batch: 100)
            let appends = megabytes << 20 / (100 * Workload.recordBytes)
            for _ in 0..<appends {
                _ = try workload.stagePatiently(to: stream, in: log)
                log.requestCommit()
            }
            log.close()
            let clock = SystemClock()
            let start = clock.monotonicNanoseconds()
            log = try scratch.open(.sync)
            let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
            var line = ResultLine("recovery-\(megabytes)-mib", durability: "sync")
            line.add("events", Double(appends * 100))
            line.add("seconds", seconds)
            line.add("mib_per_second", Double(megabytes) / seconds)
            line.print()
            log.close()
        }
    }
}
