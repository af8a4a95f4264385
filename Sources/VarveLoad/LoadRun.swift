import VarvePlatform

/// One load run from its first connection to its report.
///
/// Prepares the streams, warms up, measures, and removes the streams.
package final class LoadRun {
    private let plan: LoadPlan
    private let writer: RequestWriter
    private let storeWriter: StoreRequestWriter
    private let statistics = LoadStatistics()
    private let loop: LoadLoop
    private let tell: (String) -> Void
    private let machine = Machine.description
    private var residentBefore: UInt64 = 0
    private var residentReady: UInt64 = 0
    private var residentPeak: UInt64 = 0
    private var sampledAt: UInt64 = 0

    private static let writersOfLiveModes = 4
    private static let fillPieceBytes = 64 << 10
    private static let drainNanoseconds: UInt64 = 30_000_000_000
    private static let sampleNanoseconds: UInt64 = 100_000_000
    private static let settleNanoseconds: UInt64 = 500_000_000

    /// A run of `plan`; nothing is sent yet.
    ///
    /// - Parameter tell: is given a line when a phase is over.
    package init(_ plan: LoadPlan, tell: @escaping (String) -> Void) throws(LoadError) {
        self.plan = plan
        self.tell = tell
        writer = RequestWriter(plan)
        storeWriter = StoreRequestWriter(plan)
        do throws(SystemError) {
            loop = try LoadLoop(plan.target, statistics)
        } catch {
            throw .system(error)
        }
    }

    /// Runs it.
    package func run() throws(LoadError) -> LoadReport {
        defer { loop.close() }
        residentBefore = plan.serverProcess.map { ProcessSample.residentBytes($0) } ?? 0
        try connectWorkers()
        try prepare()
        residentReady = plan.serverProcess.map { ProcessSample.residentBytes($0) } ?? 0
        let start = loop.clock.monotonicNanoseconds()
        let report: LoadReport
        switch plan.mode {
        case .append:
            let load = AppendWorkload(plan, writer, statistics, start: start)
            report = try measure(load) { load.isStopping = true }
        case .read:
            let load = ReadWorkload(plan, writer, statistics, start: start)
            report = try measure(load) { load.isStopping = true }
        case .create:
            let load = CreateWorkload(plan, writer, statistics, start: start)
            report = try measure(load) { load.isStopping = true }
        case .put, .get, .range:
            let load = StoreWorkload(plan, storeWriter, statistics, start: start)
            report = try measure(load) { load.isStopping = true }
        case .sse, .longpoll, .subscribe: report = try measureLive(start)
        }
        try removeWhatWasMade()
        return report
    }

    private func connectWorkers() throws(LoadError) {
        let count = plan.mode.isLive ? Self.writersOfLiveModes : plan.connections
        let depth = plan.mode == .read ? 1 : plan.pipeline
        try loop.add(count, role: .worker, pipeline: depth, streams: plan.streams)
        try waitForConnections()
    }

    private func waitForConnections() throws(LoadError) {
        let all = UInt64(loop.connections.count)
        try loop.run(
            IdleWorkload(), phase: "connecting to \(plan.target.authority)",
            progress: { loop.madeCount }, until: { loop.madeCount == all })
    }

    /// Makes streams or keys and fills them, as the mode needs.
    private func prepare() throws(LoadError) {
        if plan.mode.isOfStore {
            guard plan.mode.readsKeys else { return }
            return try perform(
                StorePreparation(.fill, plan, storeWriter), "put \(plan.keys) keys")
        }
        guard plan.mode != .create else { return }
        try perform(.create, "created \(plan.streams) streams")
        if plan.mode == .read {
            let piece = min(Self.fillPieceBytes, plan.fillBytes)
            try perform(.fill(pieceBytes: piece), "filled each with \(plan.fillBytes) bytes")
        }
    }

    private func removeWhatWasMade() throws(LoadError) {
        guard plan.mode != .create, !plan.keepsStreams else { return }
        if plan.mode.isOfStore {
            try perform(StorePreparation(.prune, plan, storeWriter), "deleted the keys")
        } else {
            try perform(.delete, "deleted the streams")
        }
    }

    private func perform(
        _ task: PreparationWorkload.Task, _ done: String
    ) throws(LoadError) {
        try perform(PreparationWorkload(task, plan, writer), done)
    }

    private func perform(
        _ preparation: some Preparation, _ done: String
    ) throws(LoadError) {
        let start = loop.clock.monotonicNanoseconds()
        try loop.run(
            preparation, phase: done, progress: { preparation.progress },
            until: { preparation.isDone })
        let milliseconds = (loop.clock.monotonicNanoseconds() - start) / 1_000_000
        tell("\(done) in \(milliseconds) ms")
    }

    /// Subscribes, waits until every subscriber waits, then measures the appends' arrivals.
    private func measureLive(_ start: UInt64) throws(LoadError) -> LoadReport {
        let requests: any LiveRequestWriter = plan.mode == .subscribe ? storeWriter : writer
        let load = LiveWorkload(plan, requests, statistics, start: start)
        try loop.add(
            plan.connections, role: .subscriber, pipeline: 1, streams: plan.streams)
        try waitForConnections()
        let subscribers = loop.connections[Self.writersOfLiveModes...]
        for subscriber in subscribers {
            subscriber.order = ArrivalOrder(writers: Self.writersOfLiveModes)
        }
        if plan.mode != .longpoll {
            let ready = { UInt64(subscribers.count { $0.isReady }) }
            try loop.run(
                load, phase: "subscribing", progress: ready,
                until: { ready() == UInt64(subscribers.count) })
        }
        // A parked poll cannot be told from one on its way: the server gets a moment.
        let settled = loop.clock.monotonicNanoseconds() + Self.settleNanoseconds
        try loop.run(
            load, phase: "subscribing", progress: { 0 },
            until: { loop.clock.monotonicNanoseconds() >= settled })
        tell("\(plan.connections) subscribers wait")
        residentReady = plan.serverProcess.map { ProcessSample.residentBytes($0) } ?? 0
        load.beginLoad(at: loop.clock.monotonicNanoseconds())
        return try measure(
            load, delivery: { self.delivery(load, subscribers) },
            isDrained: {
                let count = load.deliveries(subscribers)
                return count.arrived >= count.expected
            }, stop: { load.isStopping = true })
    }

    private func delivery(
        _ load: LiveWorkload, _ subscribers: ArraySlice<LoadConnection>
    ) -> LoadReport.Delivery {
        let count = load.deliveries(subscribers)
        let grown = residentReady > residentBefore ? residentReady - residentBefore : 0
        return LoadReport.Delivery(
            subscribers: subscribers.count, appends: load.appends, expected: count.expected,
            arrived: count.arrived, disordered: load.disordered, emptyPolls: load.emptyPolls,
            appendLatency: LoadReport.Latency(statistics.appendLatency),
            residentBytesPerSubscriber: plan.serverProcess.map { _ in
                grown / UInt64(max(1, subscribers.count))
            })
    }

    /// Warms up, measures, lets what is under way end, and reports.
    private func measure(
        _ load: some Workload, delivery: () -> LoadReport.Delivery? = { nil },
        isDrained: () -> Bool = { true }, stop: () -> Void
    ) throws(LoadError) -> LoadReport {
        for connection in loop.connections { try loop.serve(connection, load) }
        let begin = loop.clock.monotonicNanoseconds() + UInt64(plan.warmUpSeconds * 1e9)
        try turns(load, until: begin)
        statistics.isMeasuring = true
        let before = plan.serverProcess.flatMap { ProcessSample($0) }
        let ownBefore = SystemClock.processorNanoseconds()
        let began = loop.clock.monotonicNanoseconds()
        try turns(load, until: began + UInt64(plan.seconds * 1e9))
        let ended = loop.clock.monotonicNanoseconds()
        statistics.isMeasuring = false
        let after = plan.serverProcess.flatMap { ProcessSample($0) }
        let own = SystemClock.processorNanoseconds() - ownBefore
        stop()
        let deadline = ended + Self.drainNanoseconds
        while loop.clock.monotonicNanoseconds() < deadline {
            let isIdle = loop.connections.allSatisfy { $0.role != .worker || $0.underWay == 0 }
            if isIdle, isDrained() { break }
            try loop.turn(load, timeoutMilliseconds: 20)
        }
        let seconds = Double(ended - began) / 1e9
        return report(
            seconds: seconds, loadProcessor: Double(own) / 1e9 / seconds,
            server: server(before, after), delivery: delivery())
    }

    /// Runs turns up to a moment, looking at the server's memory now and then.
    private func turns(_ load: some Workload, until end: UInt64) throws(LoadError) {
        while true {
            let now = loop.clock.monotonicNanoseconds()
            if now >= end { return }
            if let process = plan.serverProcess, now - sampledAt > Self.sampleNanoseconds {
                sampledAt = now
                residentPeak = max(residentPeak, ProcessSample.residentBytes(process))
            }
            try loop.turn(load, timeoutMilliseconds: min(20, Int32((end - now) / 1_000_000)))
        }
    }

    private func server(
        _ before: ProcessSample?, _ after: ProcessSample?
    ) -> LoadReport.Server? {
        guard let before, let after else { return nil }
        let user = after.userSeconds - before.userSeconds
        let system = after.systemSeconds - before.systemSeconds
        let megabytes = Double(statistics.contentBytes) / 1e6
        return LoadReport.Server(
            userSeconds: user, systemSeconds: system,
            microsecondsPerOperation: (user + system) * 1e6
                / Double(max(1, statistics.operations)),
            microsecondsPerMegabyte: megabytes > 0 ? (user + system) * 1e6 / megabytes : nil,
            residentBytesBefore: residentBefore, residentBytesReady: residentReady,
            residentBytesPeak: max(residentPeak, after.residentBytes))
    }

    private func report(
        seconds: Double, loadProcessor: Double, server: LoadReport.Server?,
        delivery: LoadReport.Delivery?
    ) -> LoadReport {
        LoadReport(
            mode: plan.mode.rawValue, connections: plan.connections, streams: plan.streams,
            recordBytes: plan.mode == .read ? plan.fillBytes : plan.recordBytes,
            pairs: plan.mode.isOfStore ? plan.pairs : nil, pipeline: plan.pipeline, rate: plan.rate,
            seconds: seconds, operations: statistics.operations,
            operationsPerSecond: Double(statistics.operations) / seconds,
            contentBytesPerSecond: Double(statistics.contentBytes) / seconds,
            latency: LoadReport.Latency(statistics.latency),
            refusals: Dictionary(
                uniqueKeysWithValues: statistics.refusals.map { ("\($0.key)", $0.value) }),
            brokenConnections: statistics.brokenConnections, loadProcessor: loadProcessor,
            server: server, delivery: delivery, machine: machine)
    }
}
