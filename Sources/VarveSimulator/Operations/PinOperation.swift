/// A copy of the whole log begins, or ends.
struct PinOperation: Operation {
    var weight: Int { 1 }

    func run(in world: World) throws(Violation) {
        try world.pinOrRelease()
    }
}
