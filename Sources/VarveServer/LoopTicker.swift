// The clockwork of one event loop's live readers: keep-alive comments and ages.

import VarveNetwork

/// Looks at the event streams of one loop from time to time.
///
/// Thread rule: its loop only.
final class LoopTicker: TimerOwner {
    /// The longest time between two looks.
    private static let intervalMax: UInt64 = 1000

    private unowned let state: LoopState
    private let keepAlive: UInt64
    private let maxAge: UInt64
    private let interval: UInt64

    /// A ticker for the readers of `state`.
    init(_ state: LoopState) {
        self.state = state
        keepAlive = state.core.configuration.eventStreamKeepAliveMilliseconds
        maxAge = state.core.configuration.eventStreamMaxAgeMilliseconds
        interval = min(Self.intervalMax, max(1, min(keepAlive, maxAge) / 4))
    }

    /// Begins to tick.
    func begin() {
        _ = state.loop.schedule(afterMilliseconds: interval, self)
    }

    func timerFired() {
        let now = state.loop.nowMilliseconds
        state.registry.forEachSubscriber {
            $0.tick(now: now, keepAlive: keepAlive, maxAge: maxAge)
        }
        state.followers?.tick(now: now, interval: keepAlive)
        begin()
    }
}

/// Tries the requests of one loop again that an overloaded log did not take.
///
/// Thread rule: its loop only.
final class StalledRetry: TimerOwner {
    /// The time between two tries.
    private static let interval: UInt64 = 5

    private unowned let state: LoopState
    @exclusivity(unchecked) private var isSet = false

    /// A retry for the requests held by `state`.
    init(_ state: LoopState) {
        self.state = state
    }

    /// Tries again in a moment.
    func set() {
        guard !isSet else { return }
        isSet = true
        _ = state.loop.schedule(afterMilliseconds: Self.interval, self)
    }

    func timerFired() {
        isSet = false
        state.held.retry(now: state.loop.nowMilliseconds, state.isOverloaded)
        if state.held.hasStalled { set() }
    }
}
