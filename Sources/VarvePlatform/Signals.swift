import CVarve
import Glibc

/// Signals as something to read from a descriptor, instead of handlers that interrupt.
///
/// To be made on the first thread before any other is started: threads inherit that the signals
/// are blocked.
package final class Signals: Sendable {
    /// A signal the server listens to.
    package enum Kind: Sendable {
        /// SIGTERM: end, after what is under way.
        case terminate
        /// SIGINT: the same, from a terminal.
        case interrupt
        /// SIGHUP: the terminal is gone, or by custom: look at the configuration again.
        case hangUp
    }

    private let owned: Descriptor

    /// Blocks the three signals in this thread and opens a descriptor for them (signalfd).
    package init() throws(SystemError) {
        let numbers = [SIGTERM, SIGINT, SIGHUP]
        let raw = varve_signal_descriptor(numbers, numbers.count)
        guard raw >= 0 else { throw .last("signalfd") }
        owned = Descriptor(owning: raw)
    }

    /// The descriptor to watch; readable when a signal is pending. It does not block.
    package var descriptor: Int32 { owned.raw }

    /// Takes one pending signal; nil when there is none.
    package func take() throws(SystemError) -> Kind? {
        switch varve_take_signal(owned.raw) {
        case SIGTERM: return .terminate
        case SIGINT: return .interrupt
        case SIGHUP: return .hangUp
        case 0: return nil
        default: throw .last("read")
        }
    }

    /// Waits for one of the signals (poll).
    package func wait() throws(SystemError) -> Kind {
        while true {
            if let kind = try take() { return kind }
            var watched = pollfd(fd: owned.raw, events: Int16(POLLIN), revents: 0)
            if poll(&watched, 1, -1) < 0, errno != EINTR { throw .last("poll") }
        }
    }

    /// Keeps this thread from being ended by a broken connection: SIGPIPE stays pending (sigmask).
    package static func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Makes writing to a closed pipe an error (EPIPE) instead of the end of the process.
    package static func ignoreBrokenPipes() {
        _ = varve_ignore_broken_pipes()
    }
}
