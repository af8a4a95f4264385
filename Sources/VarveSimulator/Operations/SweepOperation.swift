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
        let count = try world.open.sweepExpired(limit: 1)
        let lsn = try world.open.log.staged.rawValue
        world.trace.note("sweep \(count)")
        // Only now: whoever looks for a stream brings it into memory.
        let gone = present.filter { known in
            guard world.life(of: known) != .alive else { return false }
            return world.handle(known.name)?.log.withLock { $0.isRetired } ?? true
        }
        try Violation.require(
            gone.count == count, "\(count) streams were swept, \(gone.count) are gone")
        for known in gone { world.noteDeletion(of: known, lsn: lsn) }
    }
}
