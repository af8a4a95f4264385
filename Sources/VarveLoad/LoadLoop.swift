import VarvePlatform

/// Drives the connections of a run: one thread, one poller.
///
/// Thread rule: everything on the thread that made it.
final class LoadLoop {
    private let target: LoadTarget
    private let poller: Poller
    private let events: UnsafeMutableBufferPointer<PollEvent>
    private let buffer: UnsafeMutableRawBufferPointer
    private let statistics: LoadStatistics
    /// The clock of all latencies.
    let clock = SystemClock()
    /// The connections; workers before subscribers.
    private(set) var connections: [LoadConnection] = []
    private var nextIdle = 0
    private var upCount = 0

    private static let bufferBytes = 1 << 20
    private static let brokenMax = 1000
    private static let stallSeconds = 30

    init(_ target: LoadTarget, _ statistics: LoadStatistics) throws(SystemError) {
        self.target = target
        self.statistics = statistics
        poller = try Poller()
        events = .allocate(capacity: Poller.eventsMax)
        events.initialize(repeating: PollEvent())
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 64)
    }

    deinit {
        events.deallocate()
        buffer.deallocate()
    }

    /// Adds connections and begins to make them.
    func add(_ count: Int, role: LoadConnection.Role, pipeline: Int, streams: Int)
        throws(LoadError)
    {
        for number in 0..<count {
            let connection = LoadConnection(
                index: connections.count, role: role, pipeline: pipeline)
            connection.stream = UInt32(number % streams)
            connections.append(connection)
            try connect(connection)
        }
    }

    /// Runs turns until `condition` holds.
    ///
    /// - Throws: `LoadError.stalled` when `progress` stays the same for too long.
    func run(
        _ workload: some Workload, phase: String, progress: () -> UInt64,
        until condition: () -> Bool
    ) throws(LoadError) {
        for connection in connections { try serve(connection, workload) }
        var last = progress()
        var lastAt = clock.monotonicNanoseconds()
        while !condition() {
            try turn(workload, timeoutMilliseconds: 20)
            let now = clock.monotonicNanoseconds()
            if progress() != last {
                last = progress()
                lastAt = now
            } else if now - lastAt > UInt64(Self.stallSeconds) * 1_000_000_000 {
                throw .stalled(phase: phase, seconds: Self.stallSeconds)
            }
        }
    }

    /// How many connections are made.
    var madeCount: UInt64 { UInt64(upCount) }

    /// Waits for events and handles them, then sends what is due.
    func turn(
        _ workload: some Workload, timeoutMilliseconds: Int32
    ) throws(LoadError) {
        let count: Int
        do throws(SystemError) {
            count = try poller.wait(
                into: events, timeoutMilliseconds: timeout(workload, timeoutMilliseconds))
        } catch {
            throw .system(error)
        }
        for index in 0..<count {
            let event = events[index]
            try handle(event, connections[Int(event.token)], workload)
        }
        try sendDue(workload)
        if let failure = workload.failure { throw failure }
    }

    /// Lets a connection send what the workload has for it.
    func serve(_ connection: LoadConnection, _ workload: some Workload) throws(LoadError) {
        guard connection.isUp else { return }
        workload.refill(connection, now: clock.monotonicNanoseconds())
        if !connection.flush() { try replace(connection, workload) }
    }

    /// Closes all connections.
    func close() {
        for connection in connections { connection.disconnect() }
    }

    private func handle(
        _ event: PollEvent, _ connection: LoadConnection, _ workload: some Workload
    ) throws(LoadError) {
        if !connection.isUp {
            let code = Socket.takeError(connection.socket)
            guard code == 0 else {
                let reason = SystemError(call: "connect", code: code).description
                throw .unreachable(authority: target.authority, reason: reason)
            }
            guard event.readiness.contains(.writable) else { return }
            connection.cameUp()
            upCount += 1
        }
        if !event.readiness.isDisjoint(with: [.readable, .peerClosed, .broken]) {
            guard try connection.receive(buffer, workload, clock) else {
                return try replace(connection, workload)
            }
        }
        try serve(connection, workload)
    }

    /// Makes a connection anew whose peer has closed it.
    private func replace(
        _ connection: LoadConnection, _ workload: some Workload
    ) throws(LoadError) {
        // A server may close a subscriber's connection at the end of a live answer.
        if connection.role == .worker || connection.underWay > 0 {
            statistics.brokenConnections += 1
        }
        guard statistics.brokenConnections <= Self.brokenMax else {
            throw .tooManyBrokenConnections(count: statistics.brokenConnections)
        }
        if connection.isUp { upCount -= 1 }
        workload.broken(connection)
        try connect(connection)
    }

    private func connect(_ connection: LoadConnection) throws(LoadError) {
        do throws(SystemError) {
            try connection.connect(to: target, poller: poller)
        } catch {
            throw .unreachable(authority: target.authority, reason: error.description)
        }
    }

    /// Gives due requests to connections that have room, each its turn.
    private func sendDue(_ workload: some Workload) throws(LoadError) {
        guard workload.nextDue != nil else { return }
        for _ in 0..<connections.count {
            guard let due = workload.nextDue, clock.monotonicNanoseconds() >= due else { return }
            nextIdle = nextIdle + 1 >= connections.count ? 0 : nextIdle + 1
            let connection = connections[nextIdle]
            if connection.role == .worker, connection.hasRoom { try serve(connection, workload) }
        }
    }

    /// How long to wait: not beyond the moment when the next request is due.
    private func timeout(_ workload: some Workload, _ most: Int32) -> Int32 {
        guard let due = workload.nextDue else { return most }
        let now = clock.monotonicNanoseconds()
        guard due > now else { return 0 }
        return min(most, Int32(clamping: (due - now) / 1_000_000))
    }
}
