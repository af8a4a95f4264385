/// The oldest batches are dropped from their log.
struct KeyLogPruneOperation: Operation {
    var weight: Int { 2 }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        try world.keys.pruneLog()
    }
}
