import Glibc

/// A lock together with a condition to wait for (pthread mutex and condition variable).
///
/// Thread rule: any thread; `wait`, and reading what the lock protects, only between `lock` and
/// `unlock`. Waits may end without a signal, so the caller checks its condition in a loop.
//
// @unchecked Sendable: both pointers are constant, and the pthread functions they are given to may
// be called from any thread.
package final class Condition: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let variable: UnsafeMutablePointer<pthread_cond_t>

    /// An unlocked condition that nobody waits for.
    package init() {
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
    }

    deinit {
        pthread_cond_destroy(variable)
        pthread_mutex_destroy(mutex)
        variable.deallocate()
        mutex.deallocate()
    }

    /// Takes the lock, waiting for whoever has it.
    package func lock() {
        let code = pthread_mutex_lock(mutex)
        precondition(code == 0, "a lock is not taken twice by one thread")
    }

    /// Gives the lock back.
    package func unlock() {
        let code = pthread_mutex_unlock(mutex)
        precondition(code == 0, "only a lock that is held is given back")
    }

    /// Runs `body` with the lock held.
    package func withLock<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Gives the lock back, waits for a signal, and takes the lock again.
    package func wait() {
        pthread_cond_wait(variable, mutex)
    }

    /// The same as `wait`, until the monotonic clock of the system reaches `deadline` nanoseconds.
    ///
    /// False when the time came first.
    package func wait(untilNanoseconds deadline: UInt64) -> Bool {
        var time = timespec(
            tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        return pthread_cond_timedwait(variable, mutex, &time) != ETIMEDOUT
    }

    /// Wakes one thread that waits.
    package func signal() {
        pthread_cond_signal(variable)
    }

    /// Wakes all threads that wait.
    package func broadcast() {
        pthread_cond_broadcast(variable)
    }
}
