/// The flusher's turn; now and then somebody waits for stable storage, whatever the log's mode.
struct FlushOperation: Operation {
    var weight: Int { 14 }
    var isEssential: Bool { true }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        try world.stepFlusher(isStrong: world.chance(10))
    }
}
