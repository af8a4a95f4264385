import VarveStreams

/// The timer deletes the streams whose time is over.
struct SweepOperation: Operation {
    var weight: Int { 3 }

    func run(in world: World) throws(Violation) {
        let names = world.model.names
        let handles = names.map { world.handle($0) }
        let count = try world.open.sweepExpired()
        world.trace.note("sweep \(count)")
        var noted = 0
        for (name, handle) in zip(names, handles) where world.handle(name) == nil {
            guard let known = world.model.stream(named: name) else { continue }
            try Violation.require(
                world.life(of: known) != .alive, "\(name) was swept before its time")
            world.noteDeletion(of: known, handle)
            noted += 1
        }
        try Violation.require(noted == count, "\(count) streams were swept, \(noted) are gone")
    }
}
