import VarvePlatform
import VarveStore

/// Puts keys in one batch; large ones reach the index as a sorted file. Now and then one that is
/// refused.
struct KeyPutOperation: Operation {
    var weight: Int { 14 }
    var isEssential: Bool { true }

    func run(in world: World) throws(Violation) {
        let keys = world.keys
        if world.chance(2), !world.isNested { return try keys.writeWrongly() }
        let isLarge = world.chance(keys.swarm.largePercent)
        let count = 1 + world.random.next(below: isLarge ? 120 : 6)
        try keys.write(
            .put,
            keys.space.entries(count, number: world.result.operations, hasValues: true))
    }
}
