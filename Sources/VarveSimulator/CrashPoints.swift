import VarveSimulation

/// A small workload, cut off after each of its changes of the disk in turn, and recovered.
///
/// What random crashes find sooner or later is found here for certain, as far as the workload goes.
package enum CrashPoints {
    /// What was tried and found.
    package struct Result: Sendable {
        /// How many changes of the disk the workload makes.
        package var points = 0
        /// How many crashes were tried.
        package var runs = 0
        /// The promise that was broken; nil when none was.
        package var violation: String?
    }

    /// Tries every `stride`th crash point of the workload of `seed`, and of the opening after it,
    /// each with every way that a crash can treat what was not synced.
    ///
    /// - Parameter hasStore: whether there is a key-value store.
    package static func run(
        seed: UInt64, operations: Int, stride: Int, isEncrypted: Bool = false,
        hasStore: Bool = false
    ) -> Result {
        var options = SimulationOptions()
        options.isEncrypted = isEncrypted
        options.hasStore = hasStore
        options.seed = seed
        options.operations = operations
        var result = Result()
        do throws(Violation) {
            let whole = World(options, swarm: Swarm(quiet: options))
            try work(whole)
            try whole.close()
            result.points = whole.plan.changeCount
            for point in Swift.stride(from: 0, through: result.points, by: stride) {
                for outcome in outcomes(point) {
                    result.runs += 1
                    try crash(options, after: point, outcome)
                }
            }
            // An opening makes few changes; the last of these points lie behind it.
            for point in 0..<14 {
                for outcome in outcomes(point) {
                    result.runs += 1
                    try crashWhileOpening(options, after: point, outcome)
                }
            }
            for point in 0..<10 {
                result.runs += 1
                try dieWhileOpening(options, after: point)
            }
        } catch {
            result.violation = error.description
        }
        return result
    }

    private static func outcomes(_ point: Int) -> [CrashOutcome] {
        [.keepingAll, .losingAll, .random(seed: UInt64(point))]
    }

    /// Opens the store and works; a disk that stands still in the middle ends it early.
    private static func work(_ world: World) throws(Violation) {
        guard world.openEngine() == nil else { return }
        world.begin(through: 0)
        for _ in 0..<world.options.operations {
            try world.run(world.swarm.operation(world.random))
        }
    }

    private static func crash(
        _ options: SimulationOptions, after point: Int, _ outcome: CrashOutcome
    ) throws(Violation) {
        let world = World(options, swarm: Swarm(quiet: options))
        world.freezesIndexes = point % 2 == 0
        world.plan.freeze(afterChanges: point)
        do throws(Violation) {
            try work(world)
            try world.close()
            world.losePower(outcome)
            world.clearFaults()
            try world.recover(after: .powerLoss)
            world.kill()
        } catch {
            world.kill()
            throw Violation("crash after change \(point), \(outcome): \(error)")
        }
    }

    /// The first process dies while it makes the store, the next one works, then the power goes.
    private static func dieWhileOpening(
        _ options: SimulationOptions, after point: Int
    ) throws(Violation) {
        let world = World(options, swarm: Swarm(quiet: options))
        do throws(Violation) {
            world.plan.freeze(afterChanges: point)
            _ = world.openEngine()
            world.kill()
            world.clearFaults()
            try work(world)
            try world.close()
            world.disk.crash(.losingAll)
            try world.recover(after: .powerLoss)
            world.kill()
        } catch {
            world.kill()
            throw Violation("death after change \(point) of the first opening: \(error)")
        }
    }

    private static func crashWhileOpening(
        _ options: SimulationOptions, after point: Int, _ outcome: CrashOutcome
    ) throws(Violation) {
        let world = World(options, swarm: Swarm(quiet: options))
        do throws(Violation) {
            try work(world)
            world.kill()
            // What was written and not synced is there still: opening has a tail to rewrite.
            world.losePower(.keepingAll)
            world.plan.freeze(afterChanges: point)
            _ = world.openEngine()
            world.kill()
            world.losePower(outcome)
            world.clearFaults()
            try world.recover(after: .powerLoss)
            world.kill()
        } catch {
            world.kill()
            throw Violation("crash after change \(point) of an opening, \(outcome): \(error)")
        }
    }
}
