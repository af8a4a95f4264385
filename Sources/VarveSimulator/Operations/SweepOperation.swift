import VarveLog
import VarveStreams

/// The timer deletes the streams whose time is over.
struct SweepOperation: Operation {
    var weight: Int { 3 }

    func run(in world: World) throws(Violation) {
        // One by one: which of a stream and its fork went first decides what became of either.
        for _ in 0...world.model.names.count { try sweepOne(world) }
    }

    private func sweepOne(_ world: World) throws(Violation) {
        let present = world.model.names.compactMap { world.model.stream(named: $0) }
        let handles = present.map { world.handle($0.name) }
        let count = try world.open.sweepExpired(limit: 1)
        world.trace.note("sweep \(count)")
        var gone = 0
        for (known, handle) in zip(present, handles) {
            guard let handle,
                handle.log.withLock({ $0.isDeleted || $0.isRetired })
            else { continue }
            try Violation.require(
                world.life(of: known) != .alive, "\(known.name) was swept before its time")
            world.noteDeletion(of: known, handle)
            gone += 1
        }
        try Violation.require(gone == count, "\(count) streams were swept, \(gone) are gone")
    }
}
