import VarvePlatform
import VarveStore

/// Deletes keys in one batch, whether they are there or not.
struct KeyDeleteOperation: Operation {
    var weight: Int { 4 }

    func run(in world: World) throws(Violation) {
        let count = 1 + world.random.next(below: 4)
        let keys = world.keys.space.entries(
            count, number: world.result.operations, hasValues: false)
        try world.keys.write(.delete, keys)
    }
}
