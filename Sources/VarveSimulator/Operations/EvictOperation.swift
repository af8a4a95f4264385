import VarveLog
import VarveStreams

/// Streams that nobody uses leave memory.
struct EvictOperation: Operation {
    var weight: Int { 3 }

    func run(in world: World) throws(Violation) {
        world.trace.note("evict")
        try world.open.log.evictIdleStreams()
    }
}
