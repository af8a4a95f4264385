/// The turn of the store's own thread.
struct KeyWorkOperation: Operation {
    var weight: Int { 4 }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        try world.keys.work()
    }
}
