/// Fills the store before a run that reads, or removes the keys of a run.
final class StorePreparation: Preparation {
    /// What is done.
    enum Task: Equatable {
        /// Put the plan's keys.
        case fill
        /// Delete every key of the run.
        case prune
    }

    private static let tag: UInt8 = 3
    private static let pairsOfBatch = 1000

    private let task: Task
    private let plan: LoadPlan
    private let writer: StoreRequestWriter
    private let total: Int
    private var next = 0
    private var finishedCount = 0
    private(set) var failure: LoadError?

    init(_ task: Task, _ plan: LoadPlan, _ writer: StoreRequestWriter) {
        self.task = task
        self.plan = plan
        self.writer = writer
        total = task == .fill ? (plan.keys + Self.pairsOfBatch - 1) / Self.pairsOfBatch : 1
    }

    var isDone: Bool { finishedCount >= total }
    var progress: UInt64 { UInt64(finishedCount) }

    func refill(_ connection: LoadConnection, now: UInt64) {
        guard connection.role == .worker, connection.hasRoom, connection.underWay == 0,
            next < total
        else { return }
        switch task {
        case .fill:
            let first = next * Self.pairsOfBatch
            writer.put(
                UInt32(truncatingIfNeeded: first), count: min(Self.pairsOfBatch, plan.keys - first),
                to: connection.output)
        case .prune: writer.prune(to: connection.output)
        }
        next += 1
        connection.began(Operation(startedAt: now, stream: 0, tag: Self.tag))
    }

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {
        // Answers to requests of the measurement are not this one's.
        guard operation.tag == Self.tag else { return }
        finishedCount += 1
        guard !(200..<300).contains(status) else { return }
        let path = task == .fill ? StoreRequestWriter.putPath : StoreRequestWriter.prunePath
        failure = .refused(operation: "POST \(path)", status: status)
    }
}
