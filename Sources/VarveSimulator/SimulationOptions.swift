/// What a simulation is asked to do.
package struct SimulationOptions: Sendable {
    /// Decides everything: equal options with equal seeds do the same.
    package var seed: UInt64 = 1
    /// How often the store is opened, checked, used and crashed.
    package var cycles = 20
    /// The most operations of one cycle.
    package var operations = 60
    /// Whether the trace is hashed, so that runs can be compared.
    package var hashesTrace = true
    /// Whether the trace's lines are kept.
    package var keepsTrace = false
    /// Whether the disk lies about syncs: such a run must find a violation, or it checks nothing.
    package var isCanary = false
    /// Whether the store's files are encrypted.
    package var isEncrypted = false

    /// Whether no log syncs before it acknowledges.
    package var isWeak = false

    /// Whether there is a key-value store, which then most operations are about; nil = as the seed
    /// says.
    package var hasStore: Bool?

    /// Twenty cycles of seed 1.
    package init() {}
}
