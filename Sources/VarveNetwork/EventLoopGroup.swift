// All event loops of a server, on one address.

import Synchronization
package import VarvePlatform

/// Event loops that share an address: the kernel spreads new connections over them.
///
/// Thread rule: `start`, `drain` and `stop` are called by one thread, not a loop's, in this order.
/// `release`, `failGated` and `wake` may be called by any.
package final class EventLoopGroup: Sendable {
    /// The loops, in the order of their indices.
    package let loops: [EventLoop]
    private let threads = Threads()

    /// Loops that do not run yet; `makeHandler` is called once for each.
    package init(
        configuration: NetworkConfiguration, clock: any Clock,
        makeHandler: (EventLoop) -> any RequestHandler
    ) throws(SystemError) {
        var loops: [EventLoop] = []
        for index in 0..<max(configuration.loops, 1) {
            let loop = try EventLoop(index: index, configuration: configuration, clock: clock)
            loop.handler = makeHandler(loop)
            loops.append(loop)
        }
        self.loops = loops
    }

    /// Listens on an address, with one listener per loop; before `start`. Returns the port, which
    /// the kernel chooses if `port` is 0.
    package func listen(host: String, port: UInt16) throws(SystemError) -> UInt16 {
        var bound = port
        for loop in loops {
            let listener = try Socket.listen(host: host, port: bound, reusePort: loops.count > 1)
            // Connections inherit it from their listener.
            try Socket.setNoDelay(listener.raw)
            bound = try Socket.localPort(listener.raw)
            try loop.poller.add(
                listener.raw, token: EventLoop.WatchToken.listener, for: .readable)
            loop.closeListener()
            loop.listener = listener.release()
        }
        return bound
    }

    /// Starts one thread per loop.
    package func start() throws(SystemError) {
        for loop in loops {
            threads.add(
                try NamedThread.start(name: "varve-loop-\(loop.index)") { loop.run() })
        }
    }

    /// Finishes what is under way, for at most `limitMilliseconds` of the loops' clock. Returns
    /// when no connection is left. After `start`.
    package func drain(limitMilliseconds: UInt64) {
        let left = Countdown(loops.count)
        for loop in loops {
            loop.post { $0.drain(limitMilliseconds: limitMilliseconds) { left.arrive() } }
        }
        left.wait()
    }

    /// Closes everything that is left and ends the threads.
    package func stop() {
        for loop in loops { loop.post { $0.isStopping = true } }
        threads.joinAll()
    }

    /// Opens the gates up to `mark` on every loop.
    package func release(through mark: UInt64) {
        for loop in loops { loop.release(through: mark) }
    }

    /// Replaces every response behind a closed gate by 503 on every loop.
    package func failGated() {
        for loop in loops { loop.failGated() }
    }

    /// Makes every loop take a turn, after a manual clock was moved for instance.
    package func wake() {
        for loop in loops { loop.wake() }
    }

    /// The threads of the loops.
    private final class Threads: Sendable {
        private let running: Mutex<[NamedThread]> = Mutex([])

        func add(_ thread: NamedThread) {
            running.withLock { $0.append(thread) }
        }

        func joinAll() {
            let threads = running.withLock { running in
                defer { running = [] }
                return running
            }
            for thread in threads { thread.join() }
        }
    }

    /// Waits until a number of loops have said that they are done.
    private final class Countdown: Sendable {
        private let left: Monitor<Int>

        init(_ count: Int) {
            left = Monitor(count)
        }

        func arrive() {
            left.withLock { count in
                count -= 1
                left.broadcast()
            }
        }

        func wait() {
            left.wait { left -> Void? in left > 0 ? nil : () }
        }
    }
}
