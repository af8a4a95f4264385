// One turn of a loop: wait, look at the mail, serve what is ready, end the turn, send.

import VarveHTTP
import VarvePlatform

extension EventLoop {
    /// Takes turns until the loop is told to stop, then closes everything.
    func run() {
        Signals.blockBrokenPipes()
        while !isStopping { turn() }
        for token in table.tokens {
            if let connection = table.find(token) { close(connection) }
        }
        closeListener()
        handler = nil
        resuming = []
        dirty = []
        unfinished = []
    }

    /// One turn.
    func turn() {
        let ready = waitForEvents()
        counters.turns.add()
        now = clock.monotonicNanoseconds()
        dateLine.update(unixSeconds: clock.wallMilliseconds() / 1000)
        openGates()
        for work in mailbox.take() { work(self) }
        for index in 0..<ready { serve(events[index]) }
        if acceptsMore { acceptConnections() }
        resume()
        fireTimers()
        handler?.turnEnds()
        flushAll()
        if isDraining && table.count == 0 { reportDrained() }
    }

    /// Waits for events, at most until the next timer; returns how many there are.
    private func waitForEvents() -> Int {
        var timeout: Int32 = -1
        if !mailbox.mayRest() || !resuming.isEmpty || acceptsMore || !dirty.isEmpty {
            timeout = 0
        } else if let wait = timers.nanosecondsToNext(now: now) {
            timeout = Int32(truncatingIfNeeded: min(wait / 1_000_000 + 1, 60_000))
        }
        defer { mailbox.rise() }
        do throws(SystemError) {
            return try poller.wait(into: events, timeoutMilliseconds: timeout)
        } catch {
            // The kernel refuses only what cannot be: a loop without a poller cannot go on.
            isStopping = true
            return 0
        }
    }

    /// Serves one event.
    @inline(__always)
    private func serve(_ event: PollEvent) {
        guard let connection = table.find(event.token) else {
            // The mailbox is looked at in every turn.
            if event.token == WatchToken.listener { acceptsMore = true }
            return
        }
        let bits = event.readiness.rawValue
        if bits & readinessBits.unusual != 0, !noteUnusual(connection, bits) { return }
        if bits & readinessBits.writable != 0, connection.pointee.isBlocked {
            connection.pointee.isBlocked = false
            markDirty(connection)
        }
        if bits & readinessBits.readable != 0 {
            connection.pointee.mayReceive = true
            advance(connection)
        }
    }

    /// Notes the end of a connection or of the client's side; false if nothing else counts.
    private func noteUnusual(_ connection: ConnectionPointer, _ bits: UInt32) -> Bool {
        markDirty(connection)
        if bits & readinessBits.broken != 0 {
            connection.pointee.isBroken = true
            return false
        }
        connection.pointee.peerClosed = true
        connection.pointee.mayReceive = true
        return true
    }

    /// Goes on with the connections that had more to do than fitted their last turn.
    private func resume() {
        guard !resuming.isEmpty else { return }
        let tokens = resuming
        resuming.removeAll(keepingCapacity: true)
        for token in tokens {
            guard let connection = table.find(token) else { continue }
            connection.pointee.isWaitingToResume = false
            advance(connection)
        }
    }

    /// Has `advance` called for the connection in the next turn.
    func resumeLater(_ connection: ConnectionPointer) {
        guard !connection.pointee.isWaitingToResume else { return }
        connection.pointee.isWaitingToResume = true
        resuming.append(connection.pointee.token)
    }

    /// Has the connection looked at at the end of this turn.
    @inline(__always)
    func markDirty(_ connection: ConnectionPointer) {
        guard !connection.pointee.isDirty else { return }
        connection.pointee.isDirty = true
        dirty.append(connection.pointee.token)
    }

    /// Sends and decides for every connection that was marked, including those marked meanwhile;
    /// those that have more to send than fits a turn are marked for the next.
    private func flushAll() {
        var index = 0
        while index < dirty.count {
            if let connection = table.find(dirty[index]) {
                connection.pointee.isDirty = false
                flush(connection)
                settle(connection)
            }
            index += 1
        }
        dirty.removeAll(keepingCapacity: true)
        swap(&dirty, &unfinished)
    }

    /// Has the connection go on sending in the next turn.
    func flushLater(_ connection: ConnectionPointer) {
        connection.pointee.isDirty = true
        unfinished.append(connection.pointee.token)
    }

    /// Fires what is due.
    private func fireTimers() {
        guard timers.count > 0 else { return }
        timers.collect(now: now)
        while let target = timers.takeNext() {
            switch target {
            case .connection(let token):
                if let connection = table.find(token) { timeIsUp(connection) }
            case .owner(let owner): owner.timerFired()
            case .accept: acceptsMore = listener >= 0
            case .drain: closeAll()
            }
        }
    }
}

/// What an event tells, as plain bits: looked at for every event.
struct ReadinessBits {
    let readable = Readiness.readable.rawValue
    let writable = Readiness.writable.rawValue
    let broken = Readiness.broken.rawValue
    let unusual = Readiness.broken.rawValue | Readiness.peerClosed.rawValue
}
