import Synchronization
import VarveIndex
import VarvePlatform
import VarveStore

/// How fast a store of a million pairs is read, in one thread and in two; beside RocksDB alone.
struct StoreReadBenchmarks {
    private static let keys = 1_000_000

    let options: BenchmarkOptions

    /// Gets single keys.
    func get() throws {
        try withBoth { store, index in
            for threads in [1, 2] {
                let raw = try get("rocksdb-get", threads, nil) { key in
                    try key.withUnsafeBytes { key in
                        _ = try index.get(key, waiting: true) { _ in }
                    }
                }
                _ = try get("store-get", threads, raw) { key in _ = try store.get(key) }
            }
        }
    }

    /// Each thread takes keys of its own; the keys a second of all of them.
    private func get(
        _ name: String, _ threads: Int, _ comparison: Double?,
        _ body: @escaping @Sendable ([UInt8]) throws -> Void
    ) throws -> Double {
        let total = Atomic<Int>(0)
        var measurement = Measurement()
        try measurement.time {
            try parallel(threads) { thread in
                let random = SeededRandom(seed: UInt64(thread))
                let clock = Measurement()
                var count = 0
                while clock.elapsedSeconds < options.seconds {
                    for _ in 0..<100 { try body(StorePairs.key(random.next(below: Self.keys))) }
                    count += 100
                }
                total.add(count, ordering: .relaxed)
            }
        }
        let rate = Double(total.load(ordering: .relaxed)) / measurement.timedSeconds
        return report("\(name)-\(threads)", rate, comparison)
    }

    /// Goes through all keys.
    func scan() throws {
        try withBoth { store, index in
            for threads in [1, 2] {
                let raw = try scan("rocksdb-scan-\(threads)", threads, nil) { seen in
                    _ = try index.scan(.all, .ascending, waiting: true) { _, _ in
                        seen += 1
                        return true
                    }
                }
                _ = try scan("store-scan-\(threads)", threads, raw) { seen in
                    try store.snapshot().forEach(from: [], through: []) { _, _ in
                        seen += 1
                        return true
                    }
                }
                _ = try scan("store-scan-pulled-\(threads)", threads, raw) { seen in
                    let scan = try store.rangeScan()
                    while try scan.next() != nil { seen += 1 }
                }
            }
        }
    }

    /// Each thread goes through all of them; the pairs a second of all threads.
    private func scan(
        _ name: String, _ threads: Int, _ comparison: Double?,
        _ body: @escaping @Sendable (inout Int) throws -> Void
    ) throws -> Double {
        let total = Atomic<Int>(0)
        var measurement = Measurement()
        while measurement.elapsedSeconds < options.seconds {
            try measurement.time {
                try parallel(threads) { _ in
                    var seen = 0
                    try body(&seen)
                    total.add(seen, ordering: .relaxed)
                }
            }
        }
        let rate = Double(total.load(ordering: .relaxed)) / measurement.timedSeconds
        return report(name, rate, comparison)
    }

    private func report(_ name: String, _ rate: Double, _ comparison: Double?) -> Double {
        var line = ResultLine(name, durability: "sync")
        line.add("keys", Double(Self.keys))
        line.add("pairs_per_second", rate)
        if let comparison { line.add("of_rocksdb", rate / comparison) }
        line.print()
        return rate
    }

    /// A store and RocksDB alone, both with the same pairs.
    private func withBoth(_ body: (Store, any OrderedIndex) throws -> Void) throws {
        let scratch = try Scratch(options)
        let store = try Store.open(directory: scratch.path)
        defer { store.close() }
        let raw = RawIndex(options)
        defer { raw.remove() }
        let index = try raw.open()
        var pairs = StorePairs(10_000)
        var batch = IndexBatch()
        for _ in 0..<Self.keys / 10_000 {
            pairs.next()
            batch.clear()
            var encoder = store.encoder(.put, capacity: 1_500_000)
            try pairs.forEach { key, value in
                try encoder.append(key, value)
                try batch.put(key, value)
            }
            _ = try store.write(try encoder.finish())
            try index.write(batch)
        }
        try body(store, index)
    }

    private func parallel(
        _ count: Int, _ body: @Sendable @escaping (_ thread: Int) throws -> Void
    ) throws {
        let threads = try (0..<count).map { number in
            try NamedThread.start(name: "reader") {
                do {
                    try body(number)
                } catch {
                    try? StandardStream.error.write("varve-bench: \(error)\n")
                }
            }
        }
        for thread in threads { thread.join() }
    }
}
