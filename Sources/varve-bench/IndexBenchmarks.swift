import VarveIndex
import VarvePlatform

/// How fast the ordered index on disk is, with keys of 16 random bytes and values of 100.
struct IndexBenchmarks {
    private static let valueBytes = 100
    private static let batchKeys = 1000
    private static let runKeys = 100_000

    let options: BenchmarkOptions

    /// Writes, flushes, looks up, scans and ingests, with the catalog's memory and with more.
    func run() throws {
        try run("small", RocksIndexOptions())
        var large = RocksIndexOptions()
        large.cacheBytes = 64 << 20
        large.writeBufferBytes = 32 << 20
        large.writeBufferCount = 4
        large.bytesPerSecondMax = 512 << 20
        try run("large", large)
    }

    private func run(_ name: String, _ limits: RocksIndexOptions) throws {
        let root = "\(options.directory)/varve-bench-index-\(Machine.processIdentifier)"
        let source = RocksIndexSource(rootDirectory: root, options: limits)
        defer {
            try? source.destroy("index")
            try? File.removeDirectory(root)
        }
        let index = try source.open("index")
        let count = try write(name, index)
        try look(name, index, count)
        try scan(name, index)
        try ingest(name, index)
    }

    /// Writes batches and returns how many keys there are.
    private func write(_ name: String, _ index: any OrderedIndex) throws -> Int {
        var batch = IndexBatch()
        var number = 0
        var measurement = Measurement()
        let processor = SystemClock.processorNanoseconds()
        while measurement.elapsedSeconds < options.seconds {
            try measurement.time {
                batch.clear()
                for _ in 0..<Self.batchKeys {
                    try Self.withPair(number) { key, value in try batch.put(key, value) }
                    number += 1
                }
                try index.write(batch)
            }
        }
        var line = ResultLine("index-\(name)-write-\(Self.batchKeys)", durability: "os")
        line.add(measurement, eventsEach: Self.batchKeys)
        var flush = Measurement()
        try flush.time { try index.flush() }
        line.add("flush_ms", flush.microseconds(at: 0.5) / 1000)
        Self.addProcessor(since: processor, number, to: &line)
        line.print()
        return number
    }

    /// Looks up keys that are there, and keys that are not.
    private func look(_ name: String, _ index: any OrderedIndex, _ count: Int) throws {
        for (kind, first) in [("found", 0), ("absent", count)] {
            let random = SeededRandom(seed: 1)
            var measurement = Measurement()
            let processor = SystemClock.processorNanoseconds()
            while measurement.elapsedSeconds < options.seconds {
                let number = first + random.next(below: count)
                try measurement.time {
                    try Self.withPair(number) { key, _ in
                        _ = try index.get(key, waiting: true) { _ in }
                    }
                }
            }
            var line = ResultLine("index-\(name)-get-\(kind)", durability: "os")
            line.add("keys", Double(count))
            line.add(measurement, eventsEach: 1)
            Self.addProcessor(since: processor, measurement.count, to: &line)
            line.print()
        }
    }

    /// Goes through everything, and through ranges of a hundred.
    private func scan(_ name: String, _ index: any OrderedIndex) throws {
        for order in [ScanOrder.ascending, .descending] {
            var measurement = Measurement()
            var seen = 0
            let processor = SystemClock.processorNanoseconds()
            try measurement.time {
                _ = try index.scan(.all, order, waiting: true) { _, _ in
                    seen += 1
                    return true
                }
            }
            var line = ResultLine("index-\(name)-scan-\(order)", durability: "os")
            line.add(measurement, eventsEach: seen)
            Self.addProcessor(since: processor, seen, to: &line)
            line.print()
        }
        let random = SeededRandom(seed: 2)
        var measurement = Measurement()
        let processor = SystemClock.processorNanoseconds()
        while measurement.elapsedSeconds < options.seconds {
            let from = (0..<8).map { _ in UInt8(random.next(below: 256)) }
            try measurement.time {
                var left = 100
                try index.scan(IndexRange(from: from, before: nil)) { _, _ in
                    left -= 1
                    return left > 0
                }
            }
        }
        var line = ResultLine("index-\(name)-scan-100", durability: "os")
        line.add(measurement, eventsEach: 100)
        Self.addProcessor(since: processor, measurement.count * 100, to: &line)
        line.print()
    }

    /// Takes over sorted runs.
    private func ingest(_ name: String, _ index: any OrderedIndex) throws {
        var batch = IndexBatch()
        var measurement = Measurement()
        var run: UInt64 = 0
        let processor = SystemClock.processorNanoseconds()
        while measurement.elapsedSeconds < options.seconds {
            run += 1
            try measurement.time {
                batch.clear()
                for number in 0..<UInt64(Self.runKeys) {
                    // Ascending within a run, and of one place in the order for each run.
                    let key = (run &* 0x9e37_79b9_7f4a_7c15, number.bigEndian)
                    try withUnsafeBytes(of: key) { key in
                        try Self.withPair(Int(number)) { _, value in try batch.put(key, value) }
                    }
                }
                try index.ingest(batch)
            }
        }
        var line = ResultLine("index-\(name)-ingest-\(Self.runKeys)", durability: "sync")
        line.add(measurement, eventsEach: Self.runKeys)
        Self.addProcessor(since: processor, measurement.count * Self.runKeys, to: &line)
        line.print()
    }

    /// Adds what an entry cost of the processor, RocksDB's own threads included: a figure that a
    /// busy machine disturbs less than times do.
    private static func addProcessor(since start: UInt64, _ count: Int, to line: inout ResultLine) {
        let spent = Double(SystemClock.processorNanoseconds() - start)
        line.add("processor_ns_per_entry", spent / Double(count))
    }

    /// The key and the value with this number: the key's bytes are random, the value's partly.
    private static func withPair(
        _ number: Int, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let random = SeededRandom(seed: UInt64(number))
        let words = (random.next(), random.next())
        try withUnsafeTemporaryAllocation(byteCount: valueBytes, alignment: 8) { value in
            for offset in 0..<valueBytes {
                value[offset] = UInt8(truncatingIfNeeded: number &* 31 &+ offset / 8)
            }
            try withUnsafeBytes(of: words) { words in
                try body(words, UnsafeRawBufferPointer(value))
            }
        }
    }
}
