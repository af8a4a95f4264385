import VarvePlatform

/// Time passes: mostly a little.
struct TimeOperation: Operation {
    var weight: Int { 6 }

    func run(in world: World) {
        let bound = [10, 300, 3000][world.random.next(below: 3)]
        world.clock.advance(milliseconds: UInt64(world.random.next(below: bound)))
        world.trace.note("now \(world.now)")
    }
}
