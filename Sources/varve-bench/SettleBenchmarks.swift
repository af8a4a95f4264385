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
            for temperature in temperatures {
                try dropCaches(if: temperature == "cold")
                var measurement = Measurement()
                let processor = SystemClock.processorNanoseconds()
                let report = try measurement.time {
                    try LogVerifier.verify(directory: scratch.path)
                }
                let spent = Double(SystemClock.processorNanoseconds() - processor)
                var line = ResultLine("verify-\(name)-\(temperature)", durability: "sync")
                line.add("damaged_places", Double(report.damages.count))
                line.add("mib_per_second", Double(Self.megabytes) / measurement.elapsedSeconds)
                line.add("records_per_second", Double(records) / measurement.elapsedSeconds)
                line.add("processor_ns_per_record", spent / Double(records))
                line.print()
            }
        }
    }

    /// Reads a settled stream whole, its chain checked from genesis, after opening it.
    func readVerified() throws {
        let scratch = try Scratch(options)
        let first = try scratch.open(Self.settlingOnDemand)
        let records = try fill(try Streams.make(1, in: first), in: first)
        first.close()
        for temperature in temperatures {
            try dropCaches(if: temperature == "cold")
            let log = try scratch.open(Self.settlingOnDemand)
            defer { log.close() }
            guard let stream = try log.streams().first else { continue }
            for (name, check) in [("plain", ReadCheck.none), ("verified", .nearest)] {
                var measurement = Measurement()
                var position = StreamPosition.start
                var isAtTail = false
                while !isAtTail {
                    let page = try measurement.time {
                        try log.read(stream, from: position, maxBytes: 1 << 20, check: check)
                    }
                    position = page.next
                    isAtTail = page.reachesTail
                }
                var line = ResultLine("read-settled-\(name)-\(temperature)", durability: "sync")
                line.add("events_per_second", Double(records) / measurement.elapsedSeconds)
                line.add("p99_us_per_mib", measurement.microseconds(at: 0.99))
                line.print()
            }
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

    private var temperatures: [String] { options.dropsCaches ? ["cold", "warm"] : ["warm"] }

    /// Has the system forget what it keeps in memory of files, so that the next read is a disk's.
    private func dropCaches(if isWanted: Bool) throws {
        guard isWanted else { return }
        let caches = try File.open("/proc/sys/vm/drop_caches", access: .readWrite)
        try [UInt8(ascii: "3")].withUnsafeBytes { try File.write(caches.raw, $0, at: 0) }
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
