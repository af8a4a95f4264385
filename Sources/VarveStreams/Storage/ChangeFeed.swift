import VarveLog
import VarvePlatform

/// Tells subscribers of streams about changes once they are durable, on a thread of its own.
///
/// A stream with subscribers is watched; a change is noted under the stream's lock with its LSN;
/// the log's commits wake the thread, which calls the subscribers of what has become durable and
/// watches again. Thread rule: any thread; subscribers are called without any lock held.
final class ChangeFeed: StreamListener, CommitListener {
    private struct Watched {
        var callbacks: [UInt64: @Sendable () -> Void] = [:]
        /// The LSN of a change that was not told yet.
        var pending: LSN?
        /// Every change up to here was told.
        var told = LSN.none
    }

    private struct State {
        /// Nil once it stops.
        var engine: StreamEngine?
        /// Its number among the engine's listeners.
        var listener = 0
        var watched: [Stream: Watched] = [:]
        var nextNumber: UInt64 = 0
        var thread: NamedThread?
        var isStopping = false
    }

    /// Changes that are durable, to be told.
    private struct Ripe {
        let engine: StreamEngine
        let listener: Int
        var changes: [(stream: Stream, callbacks: [@Sendable () -> Void])] = []
    }

    private let state: Monitor<State>

    /// A feed of `engine`'s changes, until `stop`.
    init(_ engine: StreamEngine) {
        state = Monitor(State(engine: engine))
        let listener = engine.addListener(self)
        state.withLock { $0.listener = listener }
        engine.log.addCommitListener(self)
    }

    /// Subscribes to a stream; nil when it is gone or there is no thread for it.
    func add(_ stream: Stream, _ callback: @escaping @Sendable () -> Void) -> StreamSubscription? {
        let found = state.withLock {
            now -> (engine: StreamEngine, listener: Int, number: UInt64)? in
            guard startThread(&now), let engine = now.engine else { return nil }
            now.nextNumber += 1
            now.watched[stream, default: Watched()].callbacks[now.nextNumber] = callback
            return (engine, now.listener, now.nextNumber)
        }
        guard let (engine, listener, number) = found else { return nil }
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
        state.withLock { now in
            now.watched[stream]?.callbacks[number] = nil
            if now.watched[stream]?.callbacks.isEmpty ?? false { now.watched[stream] = nil }
        }
    }

    /// Ends the thread and lets go of the engine; nobody is called afterwards.
    func stop() {
        let thread = state.withLock { now in
            now.isStopping = true
            now.engine = nil
            now.watched = [:]
            state.broadcast()
            return now.thread
        }
        thread?.join()
    }

    func changed(_ stream: Stream, at lsn: LSN) {
        state.withLock { now in
            now.watched[stream]?.pending = lsn
            state.signal()
        }
    }

    func committed(through lsn: LSN) {
        state.withLock { _ in state.signal() }
    }

    func poisoned() {}

    /// Starts the thread unless it runs; false when that failed.
    private func startThread(_ now: inout State) -> Bool {
        if now.thread == nil, !now.isStopping {
            now.thread = try? NamedThread.start(name: "varve-changes") { [self] in run() }
        }
        return now.thread != nil && !now.isStopping
    }

    private func run() {
        while let ripe = waitForRipe() {
            let engine = ripe.engine
            for (stream, callbacks) in ripe.changes {
                for callback in callbacks { callback() }
                // Watched again; a change that came since is noted as if it had been told to us.
                // One that is gone was deleted before it was watched: that deletion told nobody.
                let last =
                    engine.watch(stream, listener: ripe.listener)
                    ?? engine.log.namespace.lastDeletion
                state.withLock { now in
                    guard let entry = now.watched[stream], last > entry.told else { return }
                    now.watched[stream]?.pending = last
                }
            }
        }
    }

    /// Waits for changes that are durable and takes them; nil when the feed stops.
    private func waitForRipe() -> Ripe? {
        state.wait { now -> Ripe?? in
            guard !now.isStopping, let engine = now.engine else { return .some(nil) }
            let durable = engine.log.durable
            var ripe = Ripe(engine: engine, listener: now.listener)
            for (stream, entry) in now.watched where entry.pending.map({ $0 <= durable }) ?? false {
                now.watched[stream]?.pending = nil
                now.watched[stream]?.told = durable
                ripe.changes.append((stream, Array(entry.callbacks.values)))
            }
            guard !ripe.changes.isEmpty else { return nil }
            return ripe
        }
    }
}
