// The subscriptions of one event loop, and what wakes them: once per commit, not per batch.

import Synchronization
import VarveNetwork
import VarveStore

/// The open subscriptions of one event loop.
///
/// Thread rule: its loop only.
final class StoreFollowers {
    private let inbox: Inbox
    @exclusivity(unchecked) private var streams: [ObjectIdentifier: SubscriptionStream] = [:]

    /// No subscriptions yet.
    init(_ store: Store, _ loop: EventLoop) {
        inbox = Inbox(loop)
        store.addListener(inbox)
    }

    /// Adds a subscription, to be woken by what comes later.
    func add(_ stream: SubscriptionStream) {
        streams[ObjectIdentifier(stream)] = stream
        inbox.isWatched.store(true, ordering: .sequentiallyConsistent)
    }

    /// Forgets a subscription.
    func remove(_ stream: SubscriptionStream) {
        streams[ObjectIdentifier(stream)] = nil
        if streams.isEmpty { inbox.isWatched.store(false, ordering: .sequentiallyConsistent) }
    }

    /// Wakes everybody if readers see more batches than before; once per turn.
    func turn() {
        guard inbox.hasNews.load(ordering: .relaxed),
            inbox.hasNews.exchange(false, ordering: .acquiringAndReleasing)
        else { return }
        for stream in Array(streams.values) { stream.wake() }
    }

    /// Lets silent subscriptions tell that they are there.
    func tick(now: UInt64, interval: UInt64) {
        for stream in Array(streams.values) { stream.tick(now: now, interval: interval) }
    }

    /// Where the store says that there is more.
    ///
    /// Thread rule: any thread.
    private final class Inbox: StoreListener {
        let hasNews = Atomic<Bool>(false)
        /// Whether there is anybody to wake.
        let isWatched = Atomic<Bool>(false)
        // Weak: the store must not keep the loops alive, which keep the store.
        private weak let loop: EventLoop?

        init(_ loop: EventLoop) {
            self.loop = loop
        }

        func storeAdvanced(to sequence: UInt64) {
            hasNews.store(true, ordering: .releasing)
            if isWatched.load(ordering: .sequentiallyConsistent) { loop?.wake() }
        }
    }
}
