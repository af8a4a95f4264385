/// A reader that took its time goes on, or begins to read a page that was found.
struct ReadOnOperation: Operation {
    var weight: Int { 4 }

    func run(in world: World) throws(Violation) {
        try world.readHeld()
    }
}
