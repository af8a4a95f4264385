import VarveHTTP

/// Workers append marked records at a fixed rate; subscribers wait for them. What is measured is
/// the time from the append's request to the record's arrival at each subscriber.
final class LiveWorkload: Workload {
    private let plan: LoadPlan
    private let writer: any LiveRequestWriter
    private let statistics: LoadStatistics
    private let startedAt: UInt64
    private var pacer: Pacer?
    private var nextStream: UInt32 = 0
    /// For each stream how many records were sent.
    private var sent: [UInt64]
    /// For each stream how many records were acknowledged since the load began.
    private var acknowledged: [UInt64]
    /// Records that arrived out of the order in which their writer sent them, or twice.
    private(set) var disordered: UInt64 = 0
    /// Long-polls that ended without content.
    private(set) var emptyPolls: UInt64 = 0
    /// Whether no more appends are sent.
    var isStopping = false

    /// Whether the appends have begun.
    var isLoading: Bool { pacer != nil }

    init(
        _ plan: LoadPlan, _ writer: any LiveRequestWriter, _ statistics: LoadStatistics,
        start: UInt64
    ) {
        self.plan = plan
        self.writer = writer
        self.statistics = statistics
        startedAt = start
        sent = Array(repeating: 0, count: plan.streams)
        acknowledged = sent
    }

    /// Begins the appends.
    func beginLoad(at start: UInt64) {
        pacer = Pacer(rate: plan.rate ?? 100, start: start)
    }

    var nextDue: UInt64? { isStopping ? nil : pacer?.due }

    /// How many records should have arrived at these subscribers, and how many have.
    func deliveries(_ subscribers: ArraySlice<LoadConnection>) -> (
        expected: UInt64, arrived: UInt64
    ) {
        var expected: UInt64 = 0
        var arrived: UInt64 = 0
        for subscriber in subscribers {
            expected += acknowledged[Int(subscriber.stream)]
            arrived += subscriber.arrivals
        }
        return (expected, arrived)
    }

    /// How many records were acknowledged.
    var appends: UInt64 { acknowledged.reduce(0, +) }

    func refill(_ connection: LoadConnection, now: UInt64) {
        switch connection.role {
        case .worker: append(connection, now)
        case .subscriber: subscribe(connection, now)
        }
    }

    private func append(_ connection: LoadConnection, _ now: UInt64) {
        while connection.hasRoom, !isStopping, let due = pacer?.take(at: now) {
            let stream = nextStream
            nextStream = (nextStream + 1) % UInt32(plan.streams)
            let first = RecordNumber(writer: connection.index, count: sent[Int(stream)] + 1)
            sent[Int(stream)] += UInt64(plan.pairs)
            writer.append(UInt64(stream), sentAt: due, first: first, to: connection.output)
            connection.began(Operation(startedAt: due, stream: stream, tag: 0))
        }
    }

    private func subscribe(_ connection: LoadConnection, _ now: UInt64) {
        // Goes on when the appends stop: the last of them are still to arrive.
        guard connection.hasRoom, connection.underWay == 0 else { return }
        connection.contentBytes = 0
        writer.subscribe(connection, to: connection.output)
        connection.began(Operation(startedAt: now, stream: connection.stream, tag: 1))
    }

    func received(_ head: ResponseHeadView, on connection: LoadConnection) {
        guard connection.role == .subscriber, head.status < 300 else { return }
        // A subscription has its place with its head, and content only when there is some.
        if plan.mode == .subscribe { connection.isReady = true }
        if let next = head.value(.streamNextOffset) { connection.offset.set(next) }
        if let cursor = head.value(.streamCursor) { connection.cursor.set(cursor) }
    }

    func received(
        _ content: UnsafeRawBufferPointer, on connection: LoadConnection, now: UInt64
    ) {
        guard connection.role == .subscriber else { return }
        connection.contentBytes &+= content.count
        connection.isReady = true
        connection.scanner.scan(content) { marker in
            guard marker.sentAt >= startedAt else { return }
            connection.arrivals &+= 1
            if !connection.order.note(marker.number) { disordered &+= 1 }
            guard statistics.isMeasuring else { return }
            statistics.operations &+= 1
            statistics.contentBytes &+= UInt64(plan.recordBytes)
            statistics.latency.add(now > marker.sentAt ? now - marker.sentAt : 0)
        }
        if plan.mode == .sse, let offset = ControlOffset.last(in: content) {
            connection.offset.set(offset)
        }
    }

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {
        let succeeded = (200..<300).contains(status)
        if operation.tag == 1 {
            if succeeded, connection.contentBytes == 0 { emptyPolls += 1 }
            if !succeeded { statistics.refusals[status, default: 0] += 1 }
        } else if succeeded {
            acknowledged[Int(operation.stream)] += UInt64(plan.pairs)
            if statistics.isMeasuring {
                statistics.appendLatency.add(
                    now > operation.startedAt ? now - operation.startedAt : 0)
            }
        } else {
            statistics.refusals[status, default: 0] += 1
        }
    }
}
