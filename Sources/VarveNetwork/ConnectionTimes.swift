// How long a connection is waited for. Times are noted, not set: a connection has one entry in the
// wheel, which is moved only when a time becomes earlier, so a request costs one store.

import VarveHTTP

extension EventLoop {
    private static let nanosecondsPerMillisecond: UInt64 = 1_000_000

    /// Waits for the next request.
    @inline(__always)
    func waitIdle(_ connection: ConnectionPointer) {
        wait(connection, for: .request, milliseconds: configuration.idleMilliseconds)
    }

    /// Waits for the rest of a head, from its first byte on.
    func waitForHead(_ connection: ConnectionPointer) {
        guard !isWaiting(connection, for: .head) else { return }
        wait(connection, for: .head, milliseconds: configuration.headMilliseconds)
    }

    /// Waits for the rest of a body, one window after the other.
    func waitForBody(_ connection: ConnectionPointer) {
        guard !isWaiting(connection, for: .body) else { return }
        connection.pointee.windowBytes = 0
        wait(connection, for: .body, milliseconds: configuration.bodyWindowMilliseconds)
    }

    /// Waits for the client's end.
    func waitForEnd(_ connection: ConnectionPointer) {
        connection.pointee.windowBytes = 0
        wait(connection, for: .end, milliseconds: configuration.lingerMilliseconds)
    }

    /// Nothing is expected of the client.
    @inline(__always)
    func stopWaiting(_ connection: ConnectionPointer) {
        connection.pointee.wait = .nothing
        connection.pointee.deadline = .max
    }

    /// The output is blocked: the client has a while to take some of it.
    func waitForRoom(_ connection: ConnectionPointer) {
        connection.pointee.stallDeadline =
            now &+ configuration.stallMilliseconds &* Self.nanosecondsPerMillisecond
        if let pinned = connection.pointee.pinned, pinned.holdsMemory {
            connection.pointee.pinDeadline = min(
                connection.pointee.pinDeadline,
                now &+ configuration.pinMilliseconds &* Self.nanosecondsPerMillisecond)
        }
        arm(connection)
    }

    /// A connection's entry in the wheel was reached: acts on what is due, and sets it again.
    func timeIsUp(_ connection: ConnectionPointer) {
        connection.pointee.timerAt = .max
        if connection.pointee.stallDeadline <= now {
            connection.pointee.isBroken = true
            markDirty(connection)
            return
        }
        if connection.pointee.pinDeadline <= now {
            connection.pointee.pinDeadline = .max
            copyPinned(connection)
        }
        if connection.pointee.deadline <= now {
            let wait = connection.pointee.wait
            stopWaiting(connection)
            waitIsOver(connection, wait)
        }
        arm(connection)
    }

    /// The client did not do what was waited for.
    private func waitIsOver(_ connection: ConnectionPointer, _ wait: Connection.Wait) {
        switch wait {
        case .nothing: break
        case .request:
            // A long response may still be on its way.
            guard connection.pointee.pending == 0 else { return waitIdle(connection) }
            connection.pointee.phase = .ending
            markDirty(connection)
        case .head: refuseSlow(connection)
        case .body:
            if connection.pointee.windowBytes >= configuration.bodyBytesPerWindowMin {
                waitForBody(connection)
            } else if connection.pointee.assembly?.stage.keepsInput == true {
                refuseSlow(connection)
            } else {
                // The body was answered already.
                connection.pointee.phase = .ending
                markDirty(connection)
            }
        case .end:
            if connection.pointee.windowBytes >= configuration.bodyBytesPerWindowMin {
                waitForEnd(connection)
            } else {
                connection.pointee.isBroken = true
                markDirty(connection)
            }
        }
    }

    private func refuseSlow(_ connection: ConnectionPointer) {
        connection.pointee.isHead = false
        connection.pointee.keepsAlive = false
        refuse(connection, .request(.requestTimeout))
    }

    private func isWaiting(_ connection: ConnectionPointer, for wait: Connection.Wait) -> Bool {
        connection.pointee.wait == wait
            && connection.pointee.waitSequence == connection.pointee.sequence
    }

    @inline(__always)
    private func wait(
        _ connection: ConnectionPointer, for wait: Connection.Wait, milliseconds: UInt64
    ) {
        connection.pointee.wait = wait
        connection.pointee.waitSequence = connection.pointee.sequence
        connection.pointee.deadline = now &+ milliseconds &* Self.nanosecondsPerMillisecond
        arm(connection)
    }

    /// Sees to it that the wheel reaches the connection no later than its earliest time.
    @inline(__always)
    private func arm(_ connection: ConnectionPointer) {
        let earliest = min(
            connection.pointee.deadline,
            min(connection.pointee.stallDeadline, connection.pointee.pinDeadline))
        guard earliest < connection.pointee.timerAt else { return }
        if connection.pointee.timerAt == .max {
            connection.pointee.timer = timers.schedule(
                at: earliest, .connection(connection.pointee.token))
        } else {
            timers.move(connection.pointee.timer, to: earliest)
        }
        connection.pointee.timerAt = earliest
    }
}
