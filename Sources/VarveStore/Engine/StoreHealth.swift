import Synchronization

/// Whether the index follows the log, and why not.
///
/// Thread rule: any thread.
final class StoreHealth: Sendable {
    private struct State {
        var fault: StoreError?
        var failures: UInt64 = 0
    }

    private let state = Mutex(State())
    // What every read looks at, without the lock.
    private let isFailing = Atomic<Bool>(false)

    /// Why the index did not follow when that was tried last; nil while it does.
    var fault: StoreError? {
        guard isFailing.load(ordering: .acquiring) else { return nil }
        return state.withLock { $0.fault }
    }

    /// How many tries have failed since the store was opened.
    var failures: UInt64 { state.withLock { $0.failures } }

    /// A try has failed. True when the one before had not.
    func noteFailure(_ error: StoreError) -> Bool {
        state.withLock { state in
            defer {
                state.fault = error
                state.failures += 1
                isFailing.store(true, ordering: .releasing)
            }
            return state.fault == nil
        }
    }

    /// A try has succeeded. True when the one before had not.
    func noteSuccess() -> Bool {
        guard isFailing.load(ordering: .acquiring) else { return false }
        return state.withLock { state in
            defer {
                state.fault = nil
                isFailing.store(false, ordering: .releasing)
            }
            return state.fault != nil
        }
    }
}
