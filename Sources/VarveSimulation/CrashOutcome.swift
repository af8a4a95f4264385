/// What a crash leaves of the changes that were not synced.
package enum CrashOutcome: Sendable {
    /// All of them: the process was killed, and the system went on.
    case keepingAll
    /// None of them.
    case losingAll
    /// A part of them that follows from the seed.
    case random(seed: UInt64)
}
