import VarveHTTP

/// Reads whole streams, page after page, each connection one stream at a time.
final class ReadWorkload: Workload {
    private let writer: RequestWriter
    private let statistics: LoadStatistics
    private var chooser: StreamChooser
    private var pacer: Pacer
    /// Whether no more requests are sent.
    var isStopping = false

    init(
        _ plan: LoadPlan, _ writer: RequestWriter, _ statistics: LoadStatistics, start: UInt64
    ) {
        self.writer = writer
        self.statistics = statistics
        chooser = StreamChooser(count: plan.streams)
        pacer = Pacer(rate: plan.rate, start: start)
    }

    var nextDue: UInt64? { pacer.due }

    func refill(_ connection: LoadConnection, now: UInt64) {
        guard connection.hasRoom, connection.underWay == 0, !isStopping,
            let start = pacer.take(at: now)
        else { return }
        if connection.isUpToDate || connection.sequence == 0 {
            connection.stream = chooser.next()
            connection.offset.reset()
            connection.isUpToDate = false
        }
        connection.sequence += 1
        connection.contentBytes = 0
        writer.read(connection.stream, from: connection.offset, to: connection.output)
        connection.began(Operation(startedAt: start, stream: connection.stream, tag: 0))
    }

    func received(_ head: ResponseHeadView, on connection: LoadConnection) {
        let next = head.value(.streamNextOffset)
        let advances = next.map { !connection.offset.equals($0) } ?? false
        // A page that does not advance would be read for ever: the next one begins anew.
        connection.isUpToDate = !advances || head.value(.streamUpToDate) != nil
        if let next { connection.offset.set(next) }
    }

    func received(
        _ content: UnsafeRawBufferPointer, on connection: LoadConnection, now: UInt64
    ) {
        connection.contentBytes &+= content.count
    }

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {
        statistics.count(
            status, since: operation.startedAt, now: now, bytes: connection.contentBytes)
        if status >= 300 { connection.isUpToDate = true }
    }

    func broken(_ connection: LoadConnection) {
        connection.isUpToDate = true
    }
}
