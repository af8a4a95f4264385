import VarvePlatform
import VarveSimulation

/// Many cycles over one store: open and check, operate under faults, crash.
package enum Simulation {
    /// Runs one seed to its end, or to the first broken promise.
    package static func run(_ options: SimulationOptions) -> SimulationResult {
        let world = World(options)
        do throws(Violation) {
            try world.recover(after: .processDeath)
            for _ in 0..<options.cycles {
                try operate(world)
                let ending = try end(world)
                world.clearFaults()
                try world.recover(after: ending)
                world.result.cycles += 1
            }
            try world.close()
        } catch {
            world.result.violation = error.description
        }
        world.result.faults = world.plan.firedCount
        world.result.traceHash = world.trace.hash
        world.result.trace = world.trace.lines
        world.kill()
        return world.result
    }

    /// The operations of one cycle, with at most one fault and perhaps an end of all writing.
    private static func operate(_ world: World) throws(Violation) {
        let random = world.random
        if world.chance(world.swarm.faultPercent) { appointFault(world) }
        if world.chance(world.swarm.freezePercent) {
            world.freezesIndexes = world.chance(50)
            world.plan.freeze(afterChanges: random.next(below: 40))
        }
        for _ in 0..<random.next(below: world.options.operations) + 1 {
            try world.run(world.swarm.operation(random))
        }
    }

    private static func appointFault(_ world: World) {
        let random = world.random
        let turn = 1 + random.next(below: 12)
        switch random.next(below: 8) {
        case 0: world.plan.fail(.read, atTurn: turn, with: .inputOutput)
        case 1: world.plan.fail(.read, atTurn: turn, with: .shortRead)
        case 2: world.plan.fail(.write, atTurn: turn, with: .inputOutput)
        case 3: world.plan.fail(.write, atTurn: turn, with: .outOfSpace)
        case 4: world.plan.fail(.sync, atTurn: turn, with: .inputOutput)
        case 5: world.failIndexes(true)
        case 6: world.plan.fail(.create, count: 1 + turn, with: .outOfSpace)
        default: world.plan.fail(.name, atTurn: turn, with: .inputOutput)
        }
    }

    /// Ends the cycle; what the next opening may rely on.
    private static func end(_ world: World) throws(Violation) -> Ending {
        switch world.random.next(below: 8) {
        case 0:
            world.trace.note("ends in order")
            try world.close()
            if world.chance(50) { world.losePower(world.outcome()) }
            return .powerLoss
        case 1, 2:
            world.trace.note("is killed")
            world.kill()
            return .processDeath
        default:
            world.trace.note("loses power")
            world.kill()
            world.losePower(world.outcome())
            return .powerLoss
        }
    }
}
