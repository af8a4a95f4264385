/// What the command line asks for.
struct BenchmarkOptions {
    /// Where the logs are made; each benchmark makes a directory of its own below it.
    var directory = "/tmp"
    /// How long a timed benchmark runs.
    var seconds = 2.0
    /// Only benchmarks whose name contains this.
    var filter = ""
    /// Whether the logs are encrypted.
    var isEncrypted = false
    /// How many streams the benchmark of many streams makes.
    var streams = 100_000
    /// How many MiB the benchmark of write amplification appends in each of its runs.
    var mebibytes = 256

    /// What the program says when it is asked, or not understood.
    static let usage = """
        varve-bench: measures the engine without sockets; prints one JSON object a line.

          --dir DIR        where logs are made and removed again (default /tmp)
          --seconds N      how long a timed benchmark runs (default 2)
          --filter TEXT    only benchmarks whose name contains TEXT
          --encryption     the logs are encrypted
          --streams N      streams of the benchmark of many streams (default 100000)
          --mib N          MiB that a run of the benchmark "amplification" appends (default 256)
          --help           this text
        """

    /// Parses arguments; nil when they are not understood.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--encryption" {
                isEncrypted = true
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            switch name {
            case "--dir": directory = value
            case "--filter": filter = value
            case "--seconds":
                guard let number = Double(value), number > 0 else { return nil }
                seconds = number
            case "--streams":
                guard let number = Int(value), number > 0 else { return nil }
                streams = number
            case "--mib":
                guard let number = Int(value), (1...1 << 30).contains(number) else { return nil }
                mebibytes = number
            default: return nil
            }
        }
    }
}
