import Glibc

/// State that threads share, the lock that it is used under, and waiting for it to change (pthread
/// mutex and condition variable).
///
/// The state is reached through the lock only, and whoever waits does so outside any use of the
/// state: what waits is asked again after each wake-up. The lock is not recursive. Thread rule: any
/// thread.
//
// @unchecked Sendable: the pointers are constant, the state is used under the mutex alone, and what
// goes in and out is `sending`, as with `Mutex`.
@usableFromInline
package final class Monitor<State: ~Copyable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let variable: UnsafeMutablePointer<pthread_cond_t>
    @usableFromInline let state: UnsafeMutablePointer<State>

    /// A monitor of `state`, unlocked, that nobody waits at.
    package init(_ state: consuming sending State) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        variable = .allocate(capacity: 1)
        variable.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(variable, &attributes)
        pthread_condattr_destroy(&attributes)
        self.state = .allocate(capacity: 1)
        self.state.initialize(to: state)
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
        pthread_cond_destroy(variable)
        pthread_mutex_destroy(mutex)
        variable.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the lock held.
    @inlinable
    package func withLock<R: ~Copyable, E: Error>(
        _ body: (inout sending State) throws(E) -> sending R
    ) throws(E) -> sending R {
        lock()
        defer { unlock() }
        return try body(&state.pointee)
    }

    /// Waits until `body`, which is run with the lock held, at once and after each wake-up, gives
    /// something.
    ///
    /// Where what it gives may be nil, it says `.some(nil)` for that, and `nil` to go on waiting.
    @inlinable
    package func wait<R, E: Error>(
        until body: (inout sending State) throws(E) -> sending R?
    ) throws(E) -> sending R {
        lock()
        defer { unlock() }
        while true {
            if let result = try body(&state.pointee) { return result }
            sleep()
        }
    }

    /// The same, until the monotonic clock of the system reaches `deadline` nanoseconds at most.
    ///
    /// - Returns: nil when the time came first; `body` is asked once more then.
    @inlinable
    package func wait<R, E: Error>(
        untilNanoseconds deadline: UInt64,
        until body: (inout sending State) throws(E) -> sending R?
    ) throws(E) -> sending R? {
        lock()
        defer { unlock() }
        var isOver = false
        while true {
            if let result = try body(&state.pointee) { return result }
            if isOver { return nil }
            isOver = !sleep(untilNanoseconds: deadline)
        }
    }

    /// Wakes one thread that waits. Without the lock, or in a use of the state.
    package func signal() {
        pthread_cond_signal(variable)
    }

    /// Wakes all threads that wait. Without the lock, or in a use of the state.
    package func broadcast() {
        pthread_cond_broadcast(variable)
    }

    @usableFromInline
    func lock() {
        let code = pthread_mutex_lock(mutex)
        precondition(code == 0, "a lock is not taken twice by one thread")
    }

    @usableFromInline
    func unlock() {
        let code = pthread_mutex_unlock(mutex)
        precondition(code == 0, "only a lock that is held is given back")
    }

    /// Gives the lock back, waits for a wake-up, and takes the lock again.
    @usableFromInline
    func sleep() {
        pthread_cond_wait(variable, mutex)
    }

    /// The same until `deadline`; false when it came first.
    @usableFromInline
    func sleep(untilNanoseconds deadline: UInt64) -> Bool {
        var time = timespec(
            tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        return pthread_cond_timedwait(variable, mutex, &time) != ETIMEDOUT
    }
}
