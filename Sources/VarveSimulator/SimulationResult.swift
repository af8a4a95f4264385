/// What a simulation did and found.
package struct SimulationResult: Sendable {
    /// Its seed.
    package var seed: UInt64
    /// How many cycles were completed.
    package var cycles = 0
    /// How many operations were done.
    package var operations = 0
    /// How many answers were acknowledged and had to be kept.
    package var acknowledgements = 0
    /// How many injected faults struck.
    package var faults = 0
    /// How many flipped bits were reported as damage, and how many made no difference.
    package var damagesReported = 0
    /// Flipped bits that lay where nothing is stored, or in the last group that no mark covers.
    package var damagesHarmless = 0
    /// Everything that was done, as one number: equal for equal seeds.
    package var traceHash: UInt64 = 0
    /// Everything that was done, when it was asked to be kept.
    package var trace: [String] = []
    /// The promise that was broken; nil when none was.
    package var violation: String?

    /// A result without anything done.
    package init(seed: UInt64) {
        self.seed = seed
    }
}
