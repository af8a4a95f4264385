import VarveLog
import VarvePlatform

/// How fast records are read: from memory, from the file, and with the chain checked.
struct ReadBenchmarks {
    let options: BenchmarkOptions

    /// Reads of 1 KiB and of pages, from memory and from files.
    func pages() throws {
        for (name, megabytes) in [("memory", 16), ("file", 160)] {
            let scratch = try Scratch(options)
            let log = try scratch.open(.os)
            defer { log.close() }
            let stream = try fill(log, megabytes: megabytes, batch: 4)
            for size in [1 << 10, 64 << 10, 1 << 20] {
                try page(name, size, from: stream, in: log)
            }
        }
    }

    /// Every record of a stream, plain and with the chain checked from genesis.
    func records() throws {
        let scratch = try Scratch(options)
        let log = try scratch.open(.os)
        defer { log.close() }
        let stream = try fill(log, megabytes: 24, batch: 1000)
        for (name, check) in [("plain", ReadCheck.none), ("verified", .nearest)] {
            var measurement = Measurement()
            var events = 0
            while measurement.elapsedSeconds < options.seconds {
                var position = StreamPosition.start
                var isAtTail = false
                while !isAtTail {
                    let page = try measurement.time {
                        try log.read(stream, from: position, maxBytes: 1 << 20, check: check)
                    }
                    position = page.next
                    events += page.records.count
                    isAtTail = page.reachesTail
                }
            }
            var line = ResultLine("read-records-\(name)", durability: "os")
            line.add("events_per_second", Double(events) / measurement.elapsedSeconds)
            line.add("p50_us_per_mib", measurement.microseconds(at: 0.5))
            line.print()
        }
    }

    private func page(
        _ name: String, _ size: Int, from stream: LogStream, in log: EventLog
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        // The oldest bytes: in the case of files they have left the window.
        var position = StreamPosition.start
        var measurement = Measurement()
        var bytes = 0
        while measurement.elapsedSeconds < options.seconds / 2 {
            let run = try measurement.time {
                let run = try log.read(
                    stream, from: position, maxBytes: size, through: log.durable, blocking: true)
                try run.gatherBlocking(into: buffer)
                return run
            }
            bytes += run.byteCount
            position = run.end.byte > 8 << 20 ? .start : run.end
        }
        var line = ResultLine("read-\(name)-\(size)", durability: "os")
        line.add(measurement, eventsEach: 1)
        line.add("mib_per_second", Double(bytes) / 1_048_576 / measurement.elapsedSeconds)
        line.print()
    }

    private func fill(_ log: EventLog, megabytes: Int, batch: Int) throws -> LogStream {
        let stream = try log.createStream("bench")
        let workload = Workload(batch: batch)
        var last = LSN.none
        for _ in 0..<(megabytes << 20 / (batch * Workload.recordBytes)) {
            last = try workload.stagePatiently(to: stream, in: log)
            if last.rawValue % 64 == 0 { log.requestCommit() }
        }
        try log.waitUntilDurable(last)
        return stream
    }
}
