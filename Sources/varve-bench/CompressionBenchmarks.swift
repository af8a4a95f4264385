import VarveBytes
import VarveLog
import VarvePlatform

/// What storing settled data smaller saves and costs.
struct CompressionBenchmarks {
    private static let megabytes = 64
    private static let batch = 100

    let options: BenchmarkOptions

    /// Settles 64 MiB of JSON records of 256 bytes each way, and reads them.
    func run() throws {
        for encoding in RunEncoding.allCases {
            let scratch = try Scratch(options)
            var logOptions = LogOptions()
            logOptions.settleBytes = 1 << 40
            logOptions.settleAgeMilliseconds = 1 << 40
            logOptions.unsettledBytesMax = 1 << 42
            let log = try scratch.open(logOptions)
            defer { log.close() }
            let name = Array("bench".utf8)
            let stream = try name.withUnsafeBytes { name in
                try log.withNamespace { space in
                    try space.create(name, Mutation(encoding: encoding, wallMilliseconds: 1)).stream
                }
            }
            let bytes = try fill(stream, in: log)
            var settling = Measurement()
            let processor = SystemClock.processorNanoseconds()
            try settling.time { try log.settle() }
            let spent = SystemClock.processorNanoseconds() - processor
            var reading = Measurement()
            let before = SystemClock.processorNanoseconds()
            try reading.time { try read(stream, in: log) }
            let spentReading = SystemClock.processorNanoseconds() - before
            let mebibytes = Double(bytes) / Double(1 << 20)
            var line = ResultLine("settle-compressed-\(encoding)", durability: "sync")
            line.add("bytes", Double(bytes))
            line.add("file_bytes", Double(log.settlingStatistics.now.fileBytes))
            line.add("mib_per_second", mebibytes / settling.elapsedSeconds)
            line.add("processor_us_per_mib", Double(spent) / 1000 / mebibytes)
            line.add("read_mib_per_second", mebibytes / reading.elapsedSeconds)
            line.add("read_processor_us_per_mib", Double(spentReading) / 1000 / mebibytes)
            line.print()
        }
    }

    /// Appends records that are alike as those of a service are; their bytes.
    private func fill(_ stream: LogStream, in log: EventLog) throws -> Int {
        let random = SeededRandom(seed: 7)
        var total = 0
        var last = LSN.none
        while total < Self.megabytes << 20 {
            var text = ContiguousArray<UInt8>()
            var ends: [Int] = []
            for index in 0..<Self.batch {
                text += Self.record(total + index, random)
                ends.append(text.count)
            }
            total += text.count
            last = try text.withUnsafeBytes { bytes in
                var start = 0
                let records = ends.map { end in
                    defer { start = end }
                    return RecordBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                }
                return try stage(records, to: stream, in: log)
            }
        }
        try log.waitUntilDurable(last)
        return total
    }

    private func stage(
        _ records: [RecordBytes], to stream: LogStream, in log: EventLog
    ) throws -> LSN {
        try records.withUnsafeBufferPointer { records in
            while true {
                do throws(LogError) {
                    return try stream.withLock { (state) throws(LogError) in
                        try log.stage(
                            Mutation(records: records, wallMilliseconds: 1), on: &state, of: stream)
                    }
                } catch {
                    guard case .overloaded = error else { throw error }
                    log.requestCommit()
                    Pause.milliseconds(1)
                }
            }
        }
    }

    private func read(_ stream: LogStream, in log: EventLog) throws {
        var position = StreamPosition.start
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let run = try log.read(
                stream, from: position, maxBytes: 1 << 20, through: log.durable, blocking: true)
            try run.gatherBlocking(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<run.byteCount]))
            position = run.end
            if run.reachesTail { return }
        }
    }

    private static func record(_ number: Int, _ random: SeededRandom) -> [UInt8] {
        let id = random.next()
        let text =
            #"{"id":"\#(String(id, radix: 16))","order":\#(number),"customer":\#(id % 90_000),"#
            + #""status":"\#(["placed", "paid", "shipped", "returned"][Int(id >> 20 & 3)])","#
            + #""at":"2026-11-21T\#(10 + id >> 30 % 10):\#(10 + id >> 36 % 50):00.000Z","items":["#
            + #"{"sku":"A-\#(id >> 24 % 5000)","quantity":\#(1 + id >> 50 % 9),"price":"#
            + #"\#(id >> 12 % 100_000)},{"sku":"B-\#(id >> 40 % 5000)","quantity":1,"price":990}]}"#
        return Array(text.utf8)
    }
}
