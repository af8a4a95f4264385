import VarvePlatform

/// The program: runs the benchmarks that were asked for, one after the other.
enum BenchmarkRun {
    /// Parses the command line and runs.
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments != ["--help"] else { return print(BenchmarkOptions.usage) }
        guard let options = BenchmarkOptions(arguments) else {
            try? StandardStream.error.write("varve-bench: not understood; see --help\n")
            return
        }
        let appends = AppendBenchmarks(options: options)
        let reads = ReadBenchmarks(options: options)
        let streams = StreamBenchmarks(options: options)
        let index = IndexBenchmarks(options: options)
        let segments = SegmentBenchmarks(options: options)
        let settling = SettleBenchmarks(options: options)
        let stores = StoreBenchmarks(options: options)
        let storeReads = StoreReadBenchmarks(options: options)
        let all: [(String, () throws -> Void)] = [
            ("stage", appends.stage), ("append", appends.append),
            ("pipelined", appends.pipelined), ("read-pages", reads.pages),
            ("read-records", reads.records), ("many-streams", streams.many),
            ("recovery", streams.recovery), ("index", index.run),
            ("segment-long", segments.long), ("segment-small", segments.small),
            ("segment-places", segments.places), ("settle", settling.settle),
            ("verify", settling.verify), ("read-settled", settling.readVerified),
            ("compression", CompressionBenchmarks(options: options).run),
            ("append-settling", BackgroundBenchmark(options: options).run),
            ("amplification", AmplificationBenchmark(options: options).run),
            ("store-put", stores.put),
            ("store-get", storeReads.get), ("store-scan", storeReads.scan),
            ("store-subscribe", stores.subscribe),
        ]
        for (name, body) in all where options.filter.isEmpty || name.contains(options.filter) {
            do {
                try body()
            } catch {
                try? StandardStream.error.write("varve-bench: \(name): \(error)\n")
            }
        }
    }
}
