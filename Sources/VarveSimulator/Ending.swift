/// How a cycle ends, and so what the next opening may rely on.
enum Ending {
    /// The process ended; the system went on, with everything it was given.
    case processDeath
    /// The power went, with whatever was not synced.
    case powerLoss
}
