/// Some segments become one, wherever they are in the log.
struct MergeOperation: Operation {
    var weight: Int { 2 }
    var isConcurrent: Bool { false }
    var movesFiles: Bool { true }

    func run(in world: World) throws(Violation) {
        try world.merge()
    }
}
