import Synchronization
import VarveLog
import VarvePlatform

/// Follows the batches from a sequence on, without gap and repeat, and gives out what it chooses of
/// each.
///
/// It holds nothing but its place: who does not ask for long slows nobody, and gets everything
/// later, or learns that it was dropped. Thread rule: one thread at a time; `cancel` from anywhere.
public final class StoreSubscription: Sendable {
    /// What one step led to.
    package enum Step: Sendable {
        /// Something of a batch was chosen.
        case delivery(StoreDelivery)
        /// Nothing was chosen of as many bytes of batches as a step may look at: there is more.
        case looked
        /// Everything that readers see was looked at; the sequence of the last batch.
        case caughtUp(UInt64)
    }

    private let batchLog: BatchLog
    private let matcher: StoreMatcher
    private let gate: SubscriptionGate
    private let next: Atomic<UInt64>
    private let isCancelled = Atomic<Bool>(false)

    /// A subscription whose first batch is `first`.
    init(_ batchLog: BatchLog, _ matcher: StoreMatcher, gate: SubscriptionGate, first: UInt64) {
        self.batchLog = batchLog
        self.matcher = matcher
        self.gate = gate
        next = Atomic(first)
    }

    /// The sequence of the batch that it looks at next.
    public var nextSequence: UInt64 { next.load(ordering: .relaxed) }

    /// Looks at the next batches until it chooses something of one, there are no more, or it has
    /// looked at `bytesMax` bytes. Waits for the disk when it is far behind, and else for nothing.
    ///
    /// - Throws: `evicted` when the batch that comes next was dropped; `log`.
    package func step(bytesMax: Int = 4 << 20) throws(StoreError) -> Step {
        var looked = 0
        while true {
            let sequence = next.load(ordering: .relaxed)
            guard sequence <= batchLog.current else { return .caughtUp(sequence - 1) }
            guard looked < bytesMax else { return .looked }
            let image = try batchLog.image(of: sequence)
            looked += image.byteCount
            next.store(sequence + 1, ordering: .relaxed)
            if let delivery = choose(from: image) { return .delivery(delivery) }
        }
    }

    /// Goes back to a batch that it has looked at: what it chose of that and those behind it could
    /// not be delivered, and is not kept. Between two steps.
    package func goBack(to sequence: UInt64) {
        next.store(sequence, ordering: .relaxed)
    }

    /// What it chooses of the next batch of which it chooses something; waits for that, at most
    /// `timeout`, nil = as long as it takes. Nil when the time is over or the subscription was
    /// cancelled.
    ///
    /// - Throws: `evicted` when the batch that comes next was dropped; `log`, also when nothing can
    ///   come any more because the store was closed or its log failed.
    public func next(timeout: Duration? = nil) throws(StoreError) -> StoreDelivery? {
        let deadline = timeout.map { gate.deadline(after: $0) }
        while !isCancelled.load(ordering: .acquiring) {
            switch try step() {
            case .delivery(let delivery): return delivery
            case .looked: continue
            case .caughtUp(let sequence):
                let isOver = !gate.wait(until: deadline) {
                    batchLog.current > sequence || isCancelled.load(ordering: .acquiring)
                        || ending != nil
                }
                if isOver { return nil }
                guard let ending, batchLog.current <= sequence else { continue }
                if !isCancelled.load(ordering: .acquiring) { throw .log(ending) }
            }
        }
        return nil
    }

    /// Why no more batches come; nil while they may.
    private var ending: LogError? { gate.hasEnded ? .closed : batchLog.failure }

    /// Ends it: whoever waits in `next` gets nil.
    public func cancel() {
        isCancelled.store(true, ordering: .releasing)
        gate.wake()
    }

    /// What is chosen of a batch; nil for nothing.
    private func choose(from image: BatchImage) -> StoreDelivery? {
        var chosen: [UInt32] = []
        var number: UInt32 = 0
        image.forEach { key, value in
            if matcher.matches(key: key, value: value) { chosen.append(number) }
            number += 1
        }
        if chosen.isEmpty { return nil }
        return StoreDelivery(image, chosen: chosen.count == image.count ? nil : chosen)
    }
}
