/// Somebody wants the space of what is gone.
struct CompactOperation: Operation {
    var weight: Int { 1 }
    var isConcurrent: Bool { false }
    var movesFiles: Bool { true }

    func run(in world: World) throws(Violation) {
        try world.compact()
    }
}
