// Responses that reveal what is not yet durable: they lie serialised in their connection's output
// and leave when the mark they wait for is released, in order.

extension EventLoop {
    /// Puts the response that was just queued behind a gate.
    @inline(__always)
    func holdBack(_ connection: ConnectionPointer, gate: UInt64) {
        connection.pointee.gatedCount &+= 1
        counters.gated.add()
        gates.append(
            GatedResponse(
                gate: gate, token: connection.pointee.token, end: connection.pointee.queued,
                isHead: connection.pointee.isHead,
                endsConnection: !connection.pointee.keepsAlive))
        // It will never open: nothing else would look at it.
        if gatesFailed { mailbox.wake() }
    }

    /// Lets go whatever was released since the last turn.
    func openGates() {
        // Read before the mark: what was released before the failure must still leave.
        let hasFailed = mailbox.hasFailed
        let mark = mailbox.releasedMark
        if mark > releasedMark {
            releasedMark = mark
            while let response = gates.popReleased(through: mark) {
                counters.gated.add(-1)
                guard let connection = table.find(response.token) else { continue }
                open(connection, to: response.end)
            }
            handler?.released(through: mark)
        }
        if hasFailed {
            gatesFailed = true
            replaceGated()
        }
    }

    /// One response less waits.
    @inline(__always)
    private func open(_ connection: ConnectionPointer, to end: UInt64) {
        connection.pointee.gatedCount &-= 1
        connection.pointee.released = end
        if connection.pointee.gatedCount == 0 && connection.pointee.phase == .streaming {
            // A stream that began behind a gate has gone on writing.
            connection.pointee.released = connection.pointee.queued
        }
        markDirty(connection)
    }

    /// Replaces every waiting response by 503: what it would reveal may not be kept.
    private func replaceGated() {
        while let response = gates.pop() {
            counters.gated.add(-1)
            guard let connection = table.find(response.token) else { continue }
            truncateToReleased(connection)
            connection.pointee.gatedCount &-= 1
            if connection.pointee.phase == .streaming {
                // The head of the stream is gone with what was before it.
                connection.pointee.isBroken = true
                markDirty(connection)
                continue
            }
            let keepsAlive = connection.pointee.keepsAlive
            connection.pointee.keepsAlive = !response.endsConnection
            counters.refusals.add()
            writeRefusal(connection, .outcomeUnknown, isHead: response.isHead)
            connection.pointee.keepsAlive = keepsAlive
            connection.pointee.released = connection.pointee.queued
            markDirty(connection)
        }
    }
}
