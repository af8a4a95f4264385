/// How many bytes of which segments went dead by a change of the catalog: they belong to streams
/// that are gone, or were trimmed away, and stay until their segment is merged.
struct DeadBytes {
    /// Everything that was added.
    private(set) var all: [UInt32: UInt64] = [:]
    private var fresh: [UInt32: UInt64] = [:]

    /// None.
    init() {}

    /// Adds what a run takes of its segment.
    mutating func add(_ run: SettledRun) {
        all[run.segment, default: 0] &+= run.storedBytes &+ run.blocksBytes
        fresh[run.segment, default: 0] &+= run.storedBytes &+ run.blocksBytes
    }

    /// What was added since this was last called, by segment.
    mutating func take() -> [(segment: UInt32, bytes: UInt64)] {
        defer { fresh = [:] }
        return fresh.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }
}
