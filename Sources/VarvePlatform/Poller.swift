import CVarve
import Glibc

/// Waits for many descriptors at once (epoll, edge-triggered).
///
/// Thread rule: any thread may add, change and remove; one thread waits.
package final class Poller: Sendable {
    /// The most events one `wait` reports.
    package static let eventsMax = 512

    private let descriptor: Descriptor
    /// Where the kernel puts what happened: memory of the one thread that waits.
    private nonisolated(unsafe) let found: UnsafeMutableBufferPointer<epoll_event>

    /// A poller that watches nothing yet (epoll_create1).
    package init() throws(SystemError) {
        let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard raw >= 0 else { throw .last("epoll_create1") }
        descriptor = Descriptor(owning: raw)
        found = .allocate(capacity: Self.eventsMax)
        found.initialize(repeating: epoll_event())
    }

    deinit {
        found.deallocate()
    }

    /// Watches `watched` for `interest`; its events carry `token`.
    package func add(
        _ watched: Int32, token: UInt64, for interest: Readiness
    ) throws(SystemError) {
        try control(EPOLL_CTL_ADD, watched, token, interest)
    }

    /// Changes what a watched descriptor is watched for; an edge that is already there is reported
    /// again.
    package func modify(
        _ watched: Int32, token: UInt64, for interest: Readiness
    ) throws(SystemError) {
        try control(EPOLL_CTL_MOD, watched, token, interest)
    }

    /// Watches a descriptor no longer. Closing its last copy has the same effect.
    package func remove(_ watched: Int32) throws(SystemError) {
        try control(EPOLL_CTL_DEL, watched, 0, [])
    }

    /// Waits until something happens or `timeoutMilliseconds` have passed (-1: for ever; 0: not at
    /// all), fills the front of `events`, and returns how many (epoll_wait).
    ///
    /// An interruption counts as nothing having happened.
    package func wait(
        into events: UnsafeMutableBufferPointer<PollEvent>, timeoutMilliseconds: Int32
    ) throws(SystemError) -> Int {
        let room = min(events.count, Self.eventsMax)
        let count = epoll_wait(descriptor.raw, found.baseAddress, Int32(room), timeoutMilliseconds)
        guard count >= 0 else {
            if errno == EINTR { return 0 }
            throw .last("epoll_wait")
        }
        for index in 0..<Int(count) {
            events[index] = PollEvent(
                token: found[index].data.u64, readiness: Readiness(rawValue: found[index].events))
        }
        return Int(count)
    }

    private func control(
        _ operation: Int32, _ watched: Int32, _ token: UInt64, _ interest: Readiness
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue | EPOLLET.rawValue
        event.data.u64 = token
        guard epoll_ctl(descriptor.raw, operation, watched, &event) == 0 else {
            throw .last("epoll_ctl")
        }
    }
}
