import CVarve
import Glibc

/// Wakes a thread that waits on a poller (eventfd).
///
/// Thread rule: any thread signals; the waiting thread drains.
package final class WakeUp: Sendable {
    private let owned: Descriptor

    /// A wake-up that was not signalled yet.
    package init() throws(SystemError) {
        let raw = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard raw >= 0 else { throw .last("eventfd") }
        owned = Descriptor(owning: raw)
    }

    /// The descriptor to watch; readable when signalled.
    package var descriptor: Int32 { owned.raw }

    /// Makes the descriptor readable. Signals that were not drained yet become one.
    package func signal() {
        // The only failure is a full counter, which is as good as a signal.
        while eventfd_write(owned.raw, 1) != 0, errno == EINTR {}
    }

    /// Takes back the signals so far.
    package func drain() {
        var count: eventfd_t = 0
        while eventfd_read(owned.raw, &count) != 0, errno == EINTR {}
    }
}
