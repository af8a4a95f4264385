import Synchronization

/// Says when no read is left that may still look into files the log has dropped.
///
/// Thread rule: any thread.
final class ReadPins: Sendable {
    private struct State {
        var pin: ReadPin
        var next: UInt64 = 1
    }

    private let retirements: Retirements
    private let current: Mutex<State>

    /// Nothing pinned yet.
    init() {
        let retirements = Retirements()
        self.retirements = retirements
        current = Mutex(State(pin: ReadPin(0, retirements)))
    }

    /// Pins every file in use now; to be taken before looking where a stream's bytes lie.
    func pin() -> ReadPin {
        current.withLock { $0.pin }
    }

    /// Calls `release` when every read that has a pin by now has ended; on the thread that ends it,
    /// possibly at once.
    ///
    /// Whoever pins from now on must not find the dropped files any more.
    func retire(_ release: @escaping @Sendable () -> Void) {
        let old = current.withLock { state in
            let old = state.pin
            retirements.add(release)
            state.pin = ReadPin(state.next, retirements)
            state.next += 1
            return old
        }
        // Outside the lock: the last holder of a pin does what had to wait for it.
        withExtendedLifetime(old) {}
    }
}
