import VarveSimulation

/// Passes a volume's operations and an index's scans on to the world, which may act in between.
//
// @unchecked Sendable: a simulation has one thread, and the world is set before the volume is used.
final class Interleaver: VolumeObserver, IndexObserver, @unchecked Sendable {
    weak var world: World?

    func willBegin(_ operation: FaultPlan.Operation, _ name: String) {
        world?.volumeWillBegin(operation, name)
    }

    func indexWillBeScanned() {
        world?.indexWillBeScanned()
    }
}
