/// Reads keys, one or several of one moment.
struct KeyGetOperation: Operation {
    var weight: Int { 6 }

    func run(in world: World) throws(Violation) {
        try world.keys.get()
    }
}
