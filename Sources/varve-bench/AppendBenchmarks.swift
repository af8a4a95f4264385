import VarveLog
import VarvePlatform

/// How fast records are staged and committed.
struct AppendBenchmarks {
    let options: BenchmarkOptions

    /// What one loop turn costs in the engine: 64 appends of 256 B staged, one commit asked for.
    func stage() throws {
        for streamCount in [1, 10_000] {
            let scratch = try Scratch(options)
            let log = try scratch.open(.os)
            defer { log.close() }
            let streams = try Streams.make(streamCount, in: log)
            let workload = Workload(batch: 1)
            var measurement = Measurement()
            var next = 0
            let processor = SystemClock.processorNanoseconds()
            while measurement.elapsedSeconds < options.seconds {
                if log.waitingBytes > 16 << 20 {
                    Pause.milliseconds(1)
                    continue
                }
                try measurement.time {
                    for _ in 0..<64 {
                        _ = try workload.stagePatiently(to: streams[next], in: log)
                        next = (next + 1) % streams.count
                    }
                    log.requestCommit()
                }
            }
            let spent = Double(SystemClock.processorNanoseconds() - processor)
            var line = ResultLine("stage-\(streamCount)-streams", durability: "os")
            line.add(measurement, eventsEach: 64)
            line.add("p50_ns_per_append", measurement.microseconds(at: 0.5) * 1000 / 64)
            line.add("processor_ns_per_append", spent / Double(measurement.count * 64))
            line.print()
        }
    }

    /// One writer that waits for each append.
    func append() throws {
        for durability in [Durability.sync, .os] {
            for batch in [1, 10, 100, 1000] {
                let scratch = try Scratch(options)
                let log = try scratch.open(durability)
                defer { log.close() }
                let stream = try log.createStream("bench")
                let workload = Workload(batch: batch)
                var measurement = Measurement()
                while measurement.elapsedSeconds < options.seconds {
                    try measurement.time {
                        let lsn = try workload.stagePatiently(to: stream, in: log)
                        try log.waitUntilDurable(lsn)
                    }
                }
                var line = ResultLine("append-\(batch)", durability: Self.name(durability))
                line.add("batch", Double(batch))
                line.add("record_bytes", Double(Workload.recordBytes))
                line.add(measurement, eventsEach: batch)
                line.print()
            }
        }
    }

    /// One writer that keeps so many appends under way, as a server with that many clients does.
    func pipelined() throws {
        for depth in [8, 64, 512] {
            let scratch = try Scratch(options)
            let log = try scratch.open(.sync)
            defer { log.close() }
            let streams = try Streams.make(100, in: log)
            let workload = Workload(batch: 1)
            var measurement = Measurement()
            var next = 0
            while measurement.elapsedSeconds < options.seconds {
                try measurement.time {
                    var last = LSN.none
                    for _ in 0..<depth {
                        last = try workload.stagePatiently(to: streams[next], in: log)
                        next = (next + 1) % streams.count
                    }
                    try log.waitUntilDurable(last)
                }
            }
            var line = ResultLine("pipelined-\(depth)", durability: "sync")
            line.add(measurement, eventsEach: depth)
            line.print()
        }
    }

    private static func name(_ durability: Durability) -> String {
        durability == .sync ? "sync" : "os"
    }
}
