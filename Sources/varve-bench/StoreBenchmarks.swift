import Synchronization
import VarveIndex
import VarvePlatform
import VarveStore

/// How fast the key-value store is, with keys of 16 random bytes and values of 100; beside RocksDB
/// alone, with a log that is synced with every batch.
struct StoreBenchmarks {
    private static let valueBytes = 100
    private static let keys = 1_000_000

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
        var limits = RocksIndexOptions()
        limits.cacheBytes = StoreOptions().cacheBytes
        limits.writeBufferBytes = StoreOptions().writeBufferBytes
        limits.bytesPerSecondMax = StoreOptions().indexBytesPerSecond
        limits.logsEveryBatch = true
        let root = "\(options.directory)/varve-bench-raw-\(Machine.processIdentifier)"
        let source = RocksIndexSource(rootDirectory: root, options: limits)
        defer {
            try? source.destroy("raw")
            try? File.removeDirectory(root)
        }
        let index = try source.open("raw")
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

    // MARK: Reading

    /// Gets single keys of a million.
    func get() throws {
        let scratch = try Scratch(options)
        let store = try filled(scratch)
        defer { store.close() }
        let random = SeededRandom(seed: 1)
        var measurement = Measurement()
        while measurement.elapsedSeconds < options.seconds {
            let key = StorePairs.key(random.next(below: Self.keys))
            _ = try measurement.time { try store.get(key) }
        }
        var line = ResultLine("store-get", durability: "sync")
        line.add("keys", Double(Self.keys))
        line.add(measurement, eventsEach: 1)
        line.print()
    }

    /// Goes through all keys, in one thread and in two.
    func scan() throws {
        let scratch = try Scratch(options)
        let store = try filled(scratch)
        defer { store.close() }
        for threads in [1, 2] {
            let seen = Atomic<Int>(0)
            var measurement = Measurement()
            while measurement.elapsedSeconds < options.seconds {
                try measurement.time {
                    try Self.parallel(threads) {
                        try store.snapshot().forEach(from: [], through: []) { _, _ in
                            seen.add(1, ordering: .relaxed)
                            return true
                        }
                    }
                }
            }
            var line = ResultLine("store-scan-\(threads)", durability: "sync")
            line.add(
                measurement, eventsEach: seen.load(ordering: .relaxed) / measurement.count)
            line.print()
        }
        var measurement = Measurement()
        var seen = 0
        try measurement.time {
            let scan = try store.rangeScan()
            while try scan.next() != nil { seen += 1 }
        }
        var line = ResultLine("store-scan-pulled", durability: "sync")
        line.add(measurement, eventsEach: seen)
        line.print()
    }

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

    // MARK: Parts

    private func open(_ scratch: Scratch) throws -> Store {
        try Store.open(directory: scratch.path)
    }

    private func filled(_ scratch: Scratch) throws -> Store {
        let store = try open(scratch)
        var pairs = StorePairs(10_000)
        for _ in 0..<Self.keys / 10_000 {
            pairs.next()
            var encoder = store.encoder(.put, capacity: 1_500_000)
            try pairs.forEach { key, value in try encoder.append(key, value) }
            _ = try store.write(try encoder.finish())
        }
        return store
    }

    private static func parallel(
        _ count: Int, _ body: @Sendable @escaping () throws -> Void
    ) throws {
        let threads = try (0..<count).map { _ in
            try NamedThread.start(name: "scan") { try? body() }
        }
        for thread in threads { thread.join() }
    }
}
