/// What is synced moves from the journal into a segment.
struct SettleOperation: Operation {
    var weight: Int { 3 }
    var isConcurrent: Bool { false }
    var movesFiles: Bool { true }

    func run(in world: World) throws(Violation) {
        try world.settle()
    }
}
