/// Creates, fills or deletes the streams of a run, each connection one at a time.
final class PreparationWorkload: Preparation {
    /// What is done.
    enum Task: Equatable {
        /// Create every stream.
        case create
        /// Append to every stream in pieces of this many bytes until it has `fillBytes`.
        case fill(pieceBytes: Int)
        /// Delete every stream.
        case delete
    }

    private static let tag: UInt8 = 2

    private let task: Task
    private let plan: LoadPlan
    private let writer: RequestWriter
    private let total: UInt64
    private var next: UInt64 = 0
    private var finishedCount: UInt64 = 0
    private(set) var failure: LoadError?

    init(_ task: Task, _ plan: LoadPlan, _ writer: RequestWriter) {
        self.task = task
        self.plan = plan
        self.writer = writer
        switch task {
        case .create, .delete: total = UInt64(plan.streams)
        case .fill(let pieceBytes):
            let pieces = max(1, (plan.fillBytes + pieceBytes - 1) / pieceBytes)
            total = UInt64(plan.streams) * UInt64(pieces)
        }
    }

    var isDone: Bool { finishedCount >= total }
    var progress: UInt64 { finishedCount }

    func refill(_ connection: LoadConnection, now: UInt64) {
        guard connection.role == .worker, connection.hasRoom, connection.underWay == 0,
            next < total
        else { return }
        let stream = next % UInt64(plan.streams)
        next += 1
        switch task {
        case .create: writer.create(stream, to: connection.output)
        case .fill(let pieceBytes):
            writer.append(stream, size: pieceBytes, to: connection.output)
        case .delete: writer.delete(stream, to: connection.output)
        }
        connection.began(
            Operation(startedAt: now, stream: UInt32(truncatingIfNeeded: stream), tag: Self.tag))
    }

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {
        // Answers to requests of an earlier phase, and to subscribers, are not this one's.
        guard operation.tag == Self.tag else { return }
        finishedCount += 1
        guard !(200..<300).contains(status), task != .delete else { return }
        let name = "\(plan.target.basePath)/\(plan.prefix)/\(operation.stream)"
        failure = .refused(
            operation: task == .create ? "PUT \(name)" : "POST \(name)", status: status)
    }
}
