// A server as a process: from its start until a signal ends it.

import Synchronization
package import VarvePlatform

/// Runs one server until the process is told to end.
package enum ServerLifetime {
    /// What the main thread waits for.
    private struct Events {
        var signals = 0
        var hasDrained = false
    }

    /// Starts a server, says so in the log, and waits for SIGTERM or SIGINT; then ends it in order.
    /// A second signal ends at once: everything that was acknowledged is on disk already.
    ///
    /// To be called on the first thread, before any other is started. Returns the exit code: 0
    /// after an orderly end, 1 when requests were cut off by the drain limit, 130 after a second
    /// signal.
    package static func run(
        _ configuration: ServerConfiguration, clock: any Clock, random: any RandomSource,
        started: (Server) -> Void
    ) throws -> Int32 {
        let signals = try Signals()
        Signals.ignoreBrokenPipes()
        let server = try Server.start(configuration, clock: clock, random: random)
        started(server)
        let events = Monitor(Events())
        let listener = try NamedThread.start(name: "varve-signals") {
            while true {
                guard let kind = try? signals.wait() else { return }
                if case .hangUp = kind { continue }
                events.withLock { now in
                    now.signals += 1
                    events.broadcast()
                }
            }
        }
        events.wait { now -> Void? in now.signals > 0 ? () : nil }
        let outcome = Atomic<Bool>(false)
        let drainer = try NamedThread.start(name: "varve-drain") {
            let isOrderly = server.drain()
            server.stop()
            outcome.store(isOrderly, ordering: .sequentiallyConsistent)
            events.withLock { now in
                now.hasDrained = true
                events.broadcast()
            }
        }
        events.wait { now -> Void? in now.hasDrained || now.signals > 1 ? () : nil }
        withExtendedLifetime((listener, drainer)) {}
        guard events.withLock({ $0.hasDrained }) else { return 130 }
        return outcome.load(ordering: .sequentiallyConsistent) ? 0 : 1
    }
}
