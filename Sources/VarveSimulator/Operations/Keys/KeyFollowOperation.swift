/// Somebody follows the batches: in order, each once, none left out.
struct KeyFollowOperation: Operation {
    var weight: Int { 6 }

    func run(in world: World) throws(Violation) {
        try world.keys.follow()
    }
}
