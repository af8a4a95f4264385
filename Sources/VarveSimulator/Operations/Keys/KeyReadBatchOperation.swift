import VarvePlatform
import VarveStore

/// Reads a batch back from their log, kept or not, and how far the store is.
struct KeyReadBatchOperation: Operation {
    var weight: Int { 5 }

    func run(in world: World) throws(Violation) {
        let bound = Int(try world.keys.visible.current) + 3
        try world.keys.readBatch(UInt64(world.random.next(below: bound)))
        try world.keys.look()
    }
}
