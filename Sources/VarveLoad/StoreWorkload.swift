/// Puts, gets or ranges in the store, as the plan's mode says.
final class StoreWorkload: Workload {
    private let plan: LoadPlan
    private let writer: StoreRequestWriter
    private let statistics: LoadStatistics
    /// Where ranges may begin, so that all of them find as many pairs as they ask for.
    private let places: Double
    private var chooser: StreamChooser
    private var pacer: Pacer
    private var nextNumber: UInt32 = 0
    /// Whether no more requests are sent.
    var isStopping = false
    private(set) var failure: LoadError?

    init(
        _ plan: LoadPlan, _ writer: StoreRequestWriter, _ statistics: LoadStatistics, start: UInt64
    ) {
        self.plan = plan
        self.writer = writer
        self.statistics = statistics
        // Keys are scattered, so that twice as many places as pairs are enough.
        let share = 1 - 2 * Double(plan.pairs) / Double(plan.keys)
        places = max(0, share) * Double(UInt32.max) / Double(plan.keys)
        chooser = StreamChooser(count: plan.keys)
        pacer = Pacer(rate: plan.rate, start: start)
    }

    var nextDue: UInt64? { pacer.due }

    func refill(_ connection: LoadConnection, now: UInt64) {
        while connection.hasRoom, !isStopping, let start = pacer.take(at: now) {
            switch plan.mode {
            case .range:
                let place = UInt32(Double(chooser.next()) * places)
                writer.range(at: place, to: connection.output)
            case .get: writer.get(chooser.next(), to: connection.output)
            default:
                writer.put(nextNumber, count: plan.pairs, to: connection.output)
                nextNumber &+= UInt32(truncatingIfNeeded: plan.pairs)
            }
            connection.began(Operation(startedAt: start, stream: 0, tag: 0))
        }
    }

    func received(_ head: ResponseHeadView, on connection: LoadConnection) {
        connection.contentBytes = 0
    }

    func received(
        _ content: UnsafeRawBufferPointer, on connection: LoadConnection, now: UInt64
    ) {
        connection.contentBytes &+= content.count
    }

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {
        let written = plan.pairs * (StoreKeys.byteCount + plan.recordBytes)
        var least = 0
        switch plan.mode {
        case .range: least = min(plan.pairs, plan.keys / 2) * plan.recordBytes
        case .get: least = plan.recordBytes
        default: break
        }
        statistics.count(
            status, since: operation.startedAt, now: now,
            bytes: plan.mode == .put ? written : connection.contentBytes)
        // An answer that is cut short by an error has the status of one that is not.
        if (200..<300).contains(status), connection.contentBytes < least {
            failure = .shortAnswer(
                operation: plan.mode.rawValue, expected: least, found: connection.contentBytes)
        }
    }
}
