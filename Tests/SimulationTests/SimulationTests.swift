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

    @Test(
        "every promise of the key-value store holds, on the log that has the streams",
        arguments: 101...116 as ClosedRange<UInt64>)
    func everyPromiseOfTheStoreHolds(seed: UInt64) {
        var options = Self.options(seed)
        options.hasStore = true
        options.isEncrypted = seed > 114
        let result = Simulation.run(options)
        #expect(
            result.violation == nil,
            "again: varve-simulate --store --cycles 8 --operations 40 --seed \(seed)"
        )
        #expect(result.cycles == 8)
        #expect(result.acknowledgements > 0)
    }

    @Test(
        "a log that does not sync before it acknowledges loses power, and the store still opens",
        arguments: 131...138 as ClosedRange<UInt64>)
    func everyPromiseOfAWeakStoreHolds(seed: UInt64) {
        var options = Self.options(seed)
        options.hasStore = true
        options.isWeak = true
        let result = Simulation.run(options)
        #expect(
            result.violation == nil,
            "again: varve-simulate --store --weak --cycles 8 --operations 40 --seed \(seed)"
        )
        #expect(result.cycles == 8)
    }

    @Test func oneSeedOfTheStoreAlwaysDoesTheSame() {
        var options = Self.options(121)
        options.hasStore = true
        options.keepsTrace = true
        let traces = (1...2).map { _ in Simulation.run(options).trace }
        #expect(traces[0].contains { $0.hasPrefix("put batch") })
        #expect(traces[0] == traces[1])
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

    @Test(arguments: [false, true])
    func aDiskThatLiesAboutSyncsIsFoundOut(hasStore: Bool) {
        let found = (1...3 as ClosedRange<UInt64>).filter { seed in
            var options = Self.options(seed)
            options.isCanary = true
            options.hasStore = hasStore
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
        let result = CrashPoints.run(seed: 4, operations: 40, stride: 1)
        #expect(result.violation == nil)
        #expect(result.points > 15)
        #expect(result.runs > 3 * result.points)
    }

    @Test func everyCrashPointOfASmallWorkloadOfTheStoreRecovers() {
        let result = CrashPoints.run(seed: 3, operations: 30, stride: 2, hasStore: true)
        #expect(result.violation == nil)
        #expect(result.points > 15)
    }

    private static func options(_ seed: UInt64) -> SimulationOptions {
        var options = SimulationOptions()
        options.seed = seed
        options.cycles = 8
        options.operations = 40
        return options
    }
}
