/// Another rule says which batches are kept.
struct KeyRetentionOperation: Operation {
    var weight: Int { 2 }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        try world.keys.setRetention()
    }
}
