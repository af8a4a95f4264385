/// The store is closed in order and opened again.
struct ReopenOperation: Operation {
    var weight: Int { 1 }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        world.trace.note("reopen")
        if world.chance(50) { try world.stepFlusher() }
        try world.close()
        world.clearFaults()
        try world.recover(after: .processDeath)
    }
}
