/// The flusher's turn.
struct FlushOperation: Operation {
    var weight: Int { 14 }
    var isEssential: Bool { true }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        try world.stepFlusher()
    }
}
