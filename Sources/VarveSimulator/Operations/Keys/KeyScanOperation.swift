/// Reads a range of keys, or a view of an earlier moment again.
struct KeyScanOperation: Operation {
    var weight: Int { 5 }

    func run(in world: World) throws(Violation) {
        if world.chance(30) { return try world.keys.scanHeld() }
        try world.keys.scan()
    }
}
