import Testing
import VarveSimulator

/// The whole engine over a disk that fails and loses power, with fixed seeds; `varve-simulate` runs
/// any others.
@Suite(.timeLimit(.minutes(30))) struct SimulationTests {
    @Test(
        "every promise holds over many crashes and faults",
        arguments: 1...10 as ClosedRange<UInt64>)
    func everyPromiseHolds(seed: UInt64) {
        let result = Simulation.run(Self.options(seed))
        #expect(
            result.violation == nil,
            "again: varve-simulate --seed \(seed) --cycles 8 --operations 40")
        #expect(result.cycles == 8)
        #expect(result.acknowledgements > 0)
    }

    @Test(
        "every promise holds over encrypted files, and no nonce is used twice",
        arguments: 51...54 as ClosedRange<UInt64>)
    func everyPromiseHoldsEncrypted(seed: UInt64) {
        var options = Self.options(seed)
        options.isEncrypted = true
        let result = Simulation.run(options)
        #expect(
            result.violation == nil,
            "again: varve-simulate --seed \(seed) --cycles 8 --operations 40 --encrypted")
        #expect(result.acknowledgements > 0)
    }

    @Test func oneSeedAlwaysDoesTheSame() {
        for seed in [21, 22] as [UInt64] {
            var options = Self.options(seed)
            options.keepsTrace = true
            let first = Simulation.run(options)
            let second = Simulation.run(options)
            #expect(first.trace.count > 100)
            #expect(first.trace == second.trace)
            #expect(first.traceHash == second.traceHash)
        }
        let others = [21, 22].map { Simulation.run(Self.options($0)).traceHash }
        #expect(others[0] != others[1])
    }

    @Test func aDiskThatLiesAboutSyncsIsFoundOut() {
        let found = (1...3 as ClosedRange<UInt64>).filter { seed in
            var options = Self.options(seed)
            options.isCanary = true
            return Simulation.run(options).violation != nil
        }
        #expect(found.count == 3)
    }

    @Test func flippedBitsAreReportedOrMakeNoDifference() {
        var reported = 0
        for seed in 30..<34 as Range<UInt64> {
            let result = Simulation.run(Self.options(seed))
            #expect(result.violation == nil)
            reported += result.damagesReported
        }
        #expect(reported > 0)
    }

    @Test func everyCrashPointOfASmallWorkloadRecovers() {
        let result = CrashPoints.run(seed: 4, operations: 50, stride: 1)
        #expect(result.violation == nil)
        #expect(result.points > 15)
        #expect(result.runs > 3 * result.points)
    }

    private static func options(_ seed: UInt64) -> SimulationOptions {
        var options = SimulationOptions()
        options.seed = seed
        options.cycles = 8
        options.operations = 40
        return options
    }
}
