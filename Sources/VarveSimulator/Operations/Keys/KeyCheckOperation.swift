/// Everything in the key-value store is compared, in the middle of all else.
struct KeyCheckOperation: Operation {
    var weight: Int { 1 }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        world.trace.note("compares all keys")
        try world.keys.check()
    }
}
