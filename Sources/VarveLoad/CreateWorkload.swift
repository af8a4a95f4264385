/// Creates empty streams, each of its own name.
final class CreateWorkload: Workload {
    private let writer: RequestWriter
    private let statistics: LoadStatistics
    private var pacer: Pacer
    /// Whether no more requests are sent.
    var isStopping = false

    init(
        _ plan: LoadPlan, _ writer: RequestWriter, _ statistics: LoadStatistics, start: UInt64
    ) {
        self.writer = writer
        self.statistics = statistics
        pacer = Pacer(rate: plan.rate, start: start)
    }

    var nextDue: UInt64? { pacer.due }

    func refill(_ connection: LoadConnection, now: UInt64) {
        while connection.hasRoom, !isStopping, let start = pacer.take(at: now) {
            writer.create(
                connection: connection.index, number: connection.sequence, to: connection.output)
            connection.sequence += 1
            connection.began(Operation(startedAt: start, stream: 0, tag: 0))
        }
    }

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {
        statistics.count(status, since: operation.startedAt, now: now, bytes: 0)
    }
}
