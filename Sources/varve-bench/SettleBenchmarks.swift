import VarveLog
import VarvePlatform

/// What settling costs, and how fast settled data is read and verified.
struct SettleBenchmarks {
    private static let megabytes = 128

    let options: BenchmarkOptions

    /// One settling of 128 MiB of records, all in one stream and spread over many.
    func settle() throws {
        for streamCount in [1, 100, 10_000] {
            let scratch = try Scratch(options)
            let log = try scratch.open(Self.settlingOnDemand)
            defer { log.close() }
            let streams = try Streams.make(streamCount, in: log)
            try log.settle()
            let records = try fill(streams, in: log)
            var measurement = Measurement()
            let processor = SystemClock.processorNanoseconds()
            try measurement.time { try log.settle() }
            let spent = Double(SystemClock.processorNanoseconds() - processor)
            var line = ResultLine("settle-\(streamCount)-streams", durability: "sync")
            line.add("records", Double(records))
            line.add("mib_per_second", Double(Self.megabytes) / measurement.elapsedSeconds)
            line.add("processor_ns_per_record", spent / Double(records))
            line.add("written_bytes", Double(log.settlingStatistics.now.fileBytes))
            line.print()
        }
    }

    /// Verifies a log of 128 MiB from its files, settled and not.
    func verify() throws {
        for (name, isSettled) in [("journal", false), ("segments", true)] {
            let scratch = try Scratch(options)
            var logOptions = Self.settlingOnDemand
            logOptions.settlesWhenClosed = isSettled
            let log = try scratch.open(logOptions)
            let records = try fill(try Streams.make(100, in: log), in: log)
            log.close()
            for temperature in ["cold", "warm"] {
                let cached = temperature == "cold" ? try scratch.forgetFiles() : nil
                var measurement = Measurement()
                let processor = SystemClock.processorNanoseconds()
                let report = try measurement.time {
                    try LogVerifier.verify(directory: scratch.path)
                }
                let spent = Double(SystemClock.processorNanoseconds() - processor)
                var line = ResultLine("verify-\(name)-\(temperature)", durability: "sync")
                if let cached { line.add("bytes_still_cached", Double(cached)) }
                line.add("damaged_places", Double(report.damages.count))
                line.add("mib_per_second", Double(Self.megabytes) / measurement.elapsedSeconds)
                line.add("records_per_second", Double(records) / measurement.elapsedSeconds)
                line.add("processor_ns_per_record", spent / Double(records))
                line.print()
            }
        }
    }

    /// Reads a settled stream whole, plain and with its chain checked from genesis: from a disk,
    /// each round in a log that was just opened, and from the system's memory.
    func readVerified() throws {
        let scratch = try Scratch(options)
        let first = try scratch.open(Self.settlingOnDemand)
        let records = try fill(try Streams.make(1, in: first), in: first)
        first.close()
        for (name, check) in [("plain", ReadCheck.none), ("verified", .nearest)] {
            var cold = Rounds()
            while cold.measurement.timedSeconds < options.seconds {
                let log = try scratch.open(Self.settlingOnDemand)
                defer { log.close() }
                cold.cachedBytes = max(cold.cachedBytes, try scratch.forgetFiles())
                try cold.read(log, check)
            }
            cold.print("read-settled-\(name)-cold", records: records)
            let log = try scratch.open(Self.settlingOnDemand)
            defer { log.close() }
            var unmeasured = Rounds()
            try unmeasured.read(log, check)
            var warm = Rounds()
            while warm.measurement.timedSeconds < options.seconds { try warm.read(log, check) }
            warm.print("read-settled-\(name)-warm", records: records)
        }
    }

    /// Whole readings of a log's one stream, page by page.
    private struct Rounds {
        var measurement = Measurement()
        var count = 0
        /// The most bytes that the system still kept when a round began that was to be cold.
        var cachedBytes: UInt64 = 0

        mutating func read(_ log: EventLog, _ check: ReadCheck) throws {
            guard let stream = try log.streams().first else { return }
            count += 1
            var position = StreamPosition.start
            var isAtTail = false
            while !isAtTail {
                let page = try measurement.time {
                    try log.read(stream, from: position, maxBytes: 1 << 20, check: check)
                }
                position = page.next
                isAtTail = page.reachesTail
            }
        }

        func print(_ name: String, records: Int) {
            var line = ResultLine(name, durability: "sync")
            line.add("rounds", Double(count))
            line.add("bytes_still_cached", Double(cachedBytes))
            line.add("events_per_second", Double(count * records) / measurement.timedSeconds)
            line.add(
                "mib_per_second",
                Double(count * SettleBenchmarks.megabytes) / measurement.timedSeconds)
            line.add("p50_us_per_mib", measurement.microseconds(at: 0.5))
            line.add("p99_us_per_mib", measurement.microseconds(at: 0.99))
            line.print()
        }
    }

    /// Settling by request alone, however much there is.
    private static var settlingOnDemand: LogOptions {
        var options = LogOptions()
        options.settleBytes = 1 << 40
        options.settleAgeMilliseconds = 1 << 40
        options.unsettledBytesMax = 1 << 42
        return options
    }

    /// Appends 128 MiB in batches of a hundred, to each stream in turn; how many records that are.
    private func fill(_ streams: [LogStream], in log: EventLog) throws -> Int {
        let workload = Workload(batch: 100)
        let batches = Self.megabytes << 20 / (100 * Workload.recordBytes)
        var last = LSN.none
        for index in 0..<batches {
            last = try workload.stagePatiently(to: streams[index % streams.count], in: log)
            if index % 64 == 63 { log.requestCommit() }
        }
        try log.waitUntilSynced(last)
        return batches * 100
    }
}
