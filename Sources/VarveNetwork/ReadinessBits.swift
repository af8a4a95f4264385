import VarvePlatform

/// What an event tells, as plain bits: looked at for every event.
struct ReadinessBits {
    let readable = Readiness.readable.rawValue
    let writable = Readiness.writable.rawValue
    let broken = Readiness.broken.rawValue
    let unusual = Readiness.broken.rawValue | Readiness.peerClosed.rawValue
}
