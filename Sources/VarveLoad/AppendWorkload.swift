/// Appends records to streams chosen at random.
final class AppendWorkload: Workload {
    private let plan: LoadPlan
    private let writer: RequestWriter
    private let statistics: LoadStatistics
    @exclusivity(unchecked) private var chooser: StreamChooser
    @exclusivity(unchecked) private var pacer: Pacer
    /// Whether no more requests are sent.
    @exclusivity(unchecked) var isStopping = false

    init(
        _ plan: LoadPlan, _ writer: RequestWriter, _ statistics: LoadStatistics, start: UInt64
    ) {
        self.plan = plan
        self.writer = writer
        self.statistics = statistics
        chooser = StreamChooser(count: plan.streams)
        pacer = Pacer(rate: plan.rate, start: start)
    }

    var needsHeads: Bool { false }

    var nextDue: UInt64? { pacer.due }

    func refill(_ connection: LoadConnection, now: UInt64) {
        while connection.hasRoom, !isStopping, let start = pacer.take(at: now) {
            let stream = chooser.next()
            writer.append(UInt64(stream), size: plan.recordBytes, to: connection.output)
            connection.began(Operation(startedAt: start, stream: stream, tag: 0))
        }
    }

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {
        statistics.count(
            status, since: operation.startedAt, now: now, bytes: plan.recordBytes)
    }
}
