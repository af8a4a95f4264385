import ServerProcess
import VarveConnect

/// One client that follows the store across the deaths of its servers, always from the batch behind
/// the last one that it was told of.
///
/// Used by one thread at a time: `follow` in a load, `check` after the restart.
final class StoreFollower: @unchecked Sendable {
    // Sendable: rounds hand the object from thread to thread with a join between, never share it.

    /// What it was told of a batch.
    struct Sight: Equatable {
        let sequence: UInt64
        let digest: BatchDigest
    }

    /// What it wants to be told.
    struct Choice: Sendable {
        /// What the keys begin with.
        var prefixes: [String]
        /// The writer whose values are wanted; nil for all, and for deletions.
        var writer: Int?

        var request: SubscribeRequest {
            SubscribeRequest(
                selectors: prefixes.map { KeySelector(prefix: Array($0.utf8), pattern: "") },
                filters: writer == nil ? [] : [.prefix(valuePrefix)])
        }

        private var valuePrefix: [UInt8] { Array("000\(writer ?? 0)".utf8) }

        /// False for what cannot interest it: it need not be looked at.
        func mayChoose(_ plan: BatchPlan) -> Bool {
            writer.map { $0 == plan.writer && !plan.isDeletion } ?? true
        }

        func chooses(_ entry: KeyValue) -> Bool {
            prefixes.contains { entry.key.starts(with: $0.utf8) }
                && (writer == nil || entry.value.starts(with: valuePrefix))
        }
    }

    private let choice: Choice
    /// The first batch that it has not been told of.
    private var next: UInt64 = 1
    /// Where what it saw since the last check begins.
    private var first: UInt64 = 1
    private var seen: [Sight] = []

    /// How many batches it was told of.
    private(set) var count = 0
    private(set) var problems: [String] = []

    init(_ choice: Choice) {
        self.choice = choice
    }

    /// Follows until the connection ends.
    func follow(port: UInt16, _ known: KnownBatches) {
        while problems.isEmpty {
            do {
                var request = choice.request
                request.since = next
                let frames = try StoreConnection(port: port).stream(.subscribe, request)
                while let batch = try frames.next(BatchResponse.self) {
                    seen.append(
                        Sight(
                            sequence: batch.sequence,
                            digest: BatchDigest(batch.entries, isDeletion: batch.isDeletion)))
                    next = batch.sequence + 1
                }
                return report("the subscription ended without a reason")
            } catch let error as ConnectError {
                guard error.reason == "BATCH_EVICTED" else { return report("\(error)") }
                skip(to: error.oldestRetained, known)
            } catch {
                return
            }
        }
    }

    /// Batches that it did not see were dropped, as they may be: it goes on behind them, and what
    /// it saw until then is compared later.
    private func skip(to oldest: UInt64?, _ known: KnownBatches) {
        guard let oldest, oldest > next, known.mayBeDropped(below: oldest) else {
            return report("batch \(next) was dropped, the oldest is \(oldest ?? 0)")
        }
        gaps.append(next..<oldest)
        next = oldest
    }

    private var gaps: [Range<UInt64>] = []

    /// Compares what it saw since the last check with what there is.
    func check(_ known: KnownBatches) {
        let expected = known.expected(from: first, through: next - 1, choice).filter { sight in
            !gaps.contains { $0.contains(sight.sequence) }
        }
        if seen != expected {
            let place = zip(seen, expected).first { $0 != $1 }
            let found = place.map { "\($0.0)" } ?? "\(seen.count) of \(expected.count)"
            report("it saw \(found), not \(place.map { "\($0.1)" } ?? "all")")
        }
        count += seen.count
        seen = []
        gaps = []
        first = next
    }

    private func report(_ problem: String) {
        problems.append("follower of \(choice.prefixes) from \(first): \(problem)")
    }
}
