/// What the command line asks for.
struct SimulateOptions {
    /// The first seed.
    var seed: UInt64 = 1
    /// How many seeds, one after the other.
    var seeds: UInt64 = 1
    /// Cycles of each seed.
    var cycles = 20
    /// The most operations of a cycle.
    var operations = 60
    /// After how many broken promises to stop.
    var violations = 20
    /// Whether the stores are encrypted.
    var isEncrypted = false
    /// Whether every store has keys and batches, which most operations are about.
    var hasStore = false
    /// Whether no store syncs before it acknowledges.
    var isWeak = false
    /// Whether the result is one JSON object.
    var isJSON = false
    /// The file that gets everything the last seed did; nil for none.
    var traceFile: String?
    /// Whether the disk lies about syncs.
    var isCanary = false
    /// Whether every crash point of a small workload is tried, instead of random cycles.
    var isExhaustive = false
    /// Whether each seed is named before it runs, should the process die of it.
    var isVerbose = false
    /// Whether only the help is wanted.
    var wantsHelp = false

    /// What the program says when it is asked, or not understood.
    static let usage = """
        varve-simulate: runs the engine over a simulated disk that fails and loses power, and checks
        every promise against a plain model. One seed always does the same.

          --seed N         the first seed (default 1)
          --seeds N        how many seeds, one after the other (default 1)
          --cycles N       how often each store is opened, checked, used and crashed (default 20)
          --operations N   the most operations of a cycle (default 60)
          --violations N   stops after so many broken promises (default 20)
          --encrypted      the store's files are encrypted
          --store          every seed has a key-value store, and works most of all with it
          --weak           no store syncs before it acknowledges
          --exhaustive     instead: a small workload, crashed at each of its writes and syncs
          --canary         a disk that lies about syncs: must end with a broken promise
          --json           the result as one JSON object
          --trace FILE     writes everything that the last seed did to FILE, a line each
          --verbose        names each seed before it runs
          --help           this text

        Exit status: 0 when every promise held, 1 when one was broken, 2 when not understood.

        """

    /// Parses arguments; nil when they are not understood.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            switch name {
            case "--json": isJSON = true
            case "--canary": isCanary = true
            case "--encrypted": isEncrypted = true
            case "--store": hasStore = true
            case "--weak": isWeak = true
            case "--exhaustive": isExhaustive = true
            case "--verbose": isVerbose = true
            case "--help": wantsHelp = true
            default:
                guard let value = rest.popFirst(), set(name, value) else { return nil }
            }
        }
    }

    private mutating func set(_ name: String, _ value: String) -> Bool {
        if name == "--trace" {
            traceFile = value
            return true
        }
        guard let number = UInt64(value), number <= UInt64(Int32.max) || name == "--seed" else {
            return false
        }
        switch name {
        case "--seed": seed = number
        case "--seeds": seeds = number
        case "--violations": violations = Int(number)
        case "--cycles": cycles = Int(number)
        case "--operations": operations = max(1, Int(number))
        default: return false
        }
        return true
    }
}
