/// Keys go by policy; others write meanwhile.
struct KeyPruneOperation: Operation {
    var weight: Int { 3 }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        try world.keys.prune()
    }
}
