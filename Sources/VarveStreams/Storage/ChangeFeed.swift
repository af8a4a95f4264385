import VarveLog
import VarvePlatform

/// Tells subscribers of streams about changes once they are durable, on a thread of its own.
///
/// A stream with subscribers is watched; a change is noted under the stream's lock with its LSN;
/// the log's commits wake the thread, which calls the subscribers of what has become durable and
/// watches again. Thread rule: any thread; subscribers are called without any lock held.
//
// @unchecked Sendable: everything variable is used under `gate`.
final class ChangeFeed: StreamListener, CommitListener, @unchecked Sendable {
    private struct Watched {
        var callbacks: [UInt64: @Sendable () -> Void] = [:]
        /// The LSN of a change that was not told yet.
        var pending: LSN?
        /// Every change up to here was told.
        var told = LSN.none
    }

    private let gate = Condition()
    private var engine: StreamEngine?
    private var listener = 0
    private var watched: [Stream: Watched] = [:]
    private var nextNumber: UInt64 = 0
    private var thread: NamedThread?
    private var isStopping = false

    /// A feed of `engine`'s changes, until `stop`.
    init(_ engine: StreamEngine) {
        self.engine = engine
        listener = engine.addListener(self)
        engine.log.addCommitListener(self)
    }

    /// Subscribes to a stream; nil when it is gone or there is no thread for it.
    func add(_ stream: Stream, _ callback: @escaping @Sendable () -> Void) -> StreamSubscription? {
        guard let engine = gate.withLock({ startThread() ? engine : nil }) else { return nil }
        let number = gate.withLock {
            nextNumber += 1
            watched[stream, default: Watched()].callbacks[nextNumber] = callback
            return nextNumber
        }
        // What is not durable yet at this moment is a change that the subscriber hears of.
        guard let last = engine.watch(stream, listener: listener) else {
            remove(number, from: stream)
            return nil
        }
        if last > engine.log.durable { changed(stream, at: last) }
        return StreamSubscription(feed: self, stream: stream, number: number)
    }

    /// Ends a subscription.
    func remove(_ number: UInt64, from stream: Stream) {
        gate.withLock {
            watched[stream]?.callbacks[number] = nil
            if watched[stream]?.callbacks.isEmpty ?? false { watched[stream] = nil }
        }
    }

    /// Ends the thread and lets go of the engine; nobody is called afterwards.
    func stop() {
        let thread = gate.withLock {
            isStopping = true
            engine = nil
            watched = [:]
            gate.broadcast()
            return self.thread
        }
        thread?.join()
    }

    func changed(_ stream: Stream, at lsn: LSN) {
        gate.withLock {
            watched[stream]?.pending = lsn
            gate.signal()
        }
    }

    func committed(through lsn: LSN) {
        gate.withLock { gate.signal() }
    }

    func poisoned() {}

    /// Starts the thread unless it runs; false when that failed. Under `gate`.
    private func startThread() -> Bool {
        if thread == nil, !isStopping {
            thread = try? NamedThread.start(name: "varve-changes") { [self] in run() }
        }
        return thread != nil && !isStopping
    }

    private func run() {
        while let (engine, ripe) = waitForRipe() {
            for (stream, callbacks) in ripe {
                for callback in callbacks { callback() }
                // Watched again; a change that came since is noted as if it had been told to us.
                // One that is gone was deleted before it was watched: that deletion told nobody.
                let last =
                    engine.watch(stream, listener: listener) ?? engine.log.namespace.lastDeletion
                gate.withLock {
                    guard let entry = watched[stream], last > entry.told else { return }
                    watched[stream]?.pending = last
                }
            }
        }
    }

    /// Waits for changes that are durable and takes them; nil when the feed stops.
    private func waitForRipe() -> (StreamEngine, [(Stream, [@Sendable () -> Void])])? {
        gate.withLock {
            while !isStopping, let engine {
                let durable = engine.log.durable
                var ripe: [(Stream, [@Sendable () -> Void])] = []
                for (stream, entry) in watched where entry.pending.map({ $0 <= durable }) ?? false {
                    watched[stream]?.pending = nil
                    watched[stream]?.told = durable
                    ripe.append((stream, Array(entry.callbacks.values)))
                }
                if !ripe.isEmpty { return (engine, ripe) }
                gate.wait()
            }
            return nil
        }
    }
}
