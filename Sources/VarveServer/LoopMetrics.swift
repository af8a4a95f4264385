// What one event loop has done. Only the loop writes; `/metrics` on any loop reads.

import VarvePlatform

/// The counters of one event loop.
///
/// Thread rule: one loop calls the methods and adds; any thread reads.
final class LoopMetrics: Sendable {
    /// Classes of status codes: 1xx to 5xx.
    private static let classes = 5

    /// Payload appends that were accepted, creations with a body included.
    let appends = Counter()
    /// Payload bytes of accepted appends.
    let appendBytes = Counter()
    /// Payload bytes sent to readers by catch-up and long-poll answers.
    let readBytes = Counter()
    /// Payload bytes sent to readers by event streams.
    let eventBytes = Counter()
    /// Batches encoded for event streams.
    let eventBatches = Counter()
    /// Long-polls waiting now.
    let waiters = Counter()
    /// Event streams open now.
    let subscribers = Counter()
    /// Reads that had to wait for the disk.
    let coldReads = Counter()

    /// Batches put into the store.
    let storeBatches = Counter()
    /// Entries of those batches.
    let storeEntries = Counter()
    /// Rows sent by the store's streams of rows.
    let storeRows = Counter()
    /// Batches delivered to subscriptions of the store.
    let storeDeliveries = Counter()
    /// Subscriptions of the store open now.
    let storeSubscribers = Counter()

    private let requests = AtomicWords(count: Operation.allCases.count * classes)

    /// Counters at zero.
    init() {}

    /// Counts an answer to a request for `operation` with `status`.
    @inline(__always)
    func count(_ operation: Operation, status: Int) {
        let index = operation.rawValue &* Self.classes &+ min(max(status / 100, 1), 5) &- 1
        requests.store(requests.load(index) &+ 1, at: index)
    }

    /// How often a request for `operation` was answered with a status of the hundred `hundred`
    /// (1...5).
    func requests(_ operation: Operation, hundred: Int) -> UInt64 {
        requests.load(operation.rawValue * Self.classes + hundred - 1)
    }
}
