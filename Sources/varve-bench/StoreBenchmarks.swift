import Synchronization
import VarveIndex
import VarvePlatform
import VarveStore

/// How fast the key-value store is, with keys of 16 random bytes and values of 100; beside RocksDB
/// alone, with a log that is synced with every batch.
struct StoreBenchmarks {
    private static let valueBytes = 100

    let options: BenchmarkOptions

    // MARK: Writing

    /// Puts batches of several sizes, each durable before the next.
    func put() throws {
        for size in [1, 100, 1000, 100_000] {
            let raw = try putRaw(size)
            let scratch = try Scratch(options)
            let store = try open(scratch)
            let rate = try measure("store-put-\(size)", size, raw) { pairs in
                var encoder = store.encoder(.put, capacity: size * (Self.valueBytes + 24))
                try pairs.forEach { key, value in try encoder.append(key, value) }
                _ = try store.write(try encoder.finish())
            }
            store.close()
            // Once more, so that neither has the quieter minute alone.
            _ = try rate > 0 ? putRaw(size) : 0
        }
    }

    private func putRaw(_ size: Int) throws -> Double {
        let raw = RawIndex(options)
        defer { raw.remove() }
        let index = try raw.open()
        var batch = IndexBatch()
        return try measure("rocksdb-put-\(size)", size, nil) { pairs in
            batch.clear()
            try pairs.forEach { key, value in try batch.put(key, value) }
            try index.write(batch)
        }
    }

    /// Repeats `body`, which writes `size` pairs; the pairs a second.
    private func measure(
        _ name: String, _ size: Int, _ comparison: Double?,
        _ body: (StorePairs) throws -> Void
    ) throws -> Double {
        var measurement = Measurement()
        var pairs = StorePairs(size)
        while measurement.elapsedSeconds < options.seconds {
            pairs.next()
            try measurement.time { try body(pairs) }
        }
        let rate = Double(measurement.count * size) / measurement.timedSeconds
        var line = ResultLine(name, durability: "sync")
        line.add("operations", Double(measurement.count))
        line.add("pairs_per_second", rate)
        line.add("p50_us", measurement.microseconds(at: 0.5))
        line.add("p99_us", measurement.microseconds(at: 0.99))
        if let comparison { line.add("of_rocksdb", rate / comparison) }
        line.print()
        return rate
    }

    // MARK: Following

    /// Puts batches of a hundred while so many follow in a thread of their own.
    func subscribe() throws {
        for followers in [0, 1, 100] {
            let scratch = try Scratch(options)
            let store = try open(scratch)
            defer { store.close() }
            let delivered = Atomic<Int>(0)
            let subscriptions = try (0..<followers).map { _ in try store.subscribe() }
            let threads = try subscriptions.map { subscription in
                try NamedThread.start(name: "follower", stackBytes: 256 << 10) {
                    while let delivery = try? subscription.next() {
                        delivery.forEach { _, _ in delivered.add(1, ordering: .relaxed) }
                    }
                }
            }
            var pairs = StorePairs(100)
            var measurement = Measurement()
            while measurement.elapsedSeconds < options.seconds {
                try measurement.time {
                    pairs.next()
                    var encoder = store.encoder(.put, capacity: 20_000)
                    try pairs.forEach { key, value in try encoder.append(key, value) }
                    _ = try store.write(try encoder.finish())
                }
            }
            var line = ResultLine("store-subscribe-\(followers)", durability: "sync")
            line.add(measurement, eventsEach: 100)
            line.add(
                "delivered_per_second",
                Double(delivered.load(ordering: .relaxed)) / measurement.elapsedSeconds)
            line.print()
            for subscription in subscriptions { subscription.cancel() }
            for thread in threads { thread.join() }
        }
    }

    private func open(_ scratch: Scratch) throws -> Store {
        try Store.open(directory: scratch.path)
    }
}
