// What becomes of a connection at the end of a turn, and how it ends.

import VarvePlatform

extension EventLoop {
    /// Decides, after a connection's output was sent as far as possible, what becomes of it.
    @inline(__always)
    func settle(_ connection: ConnectionPointer) {
        if connection.pointee.isBroken { return close(connection) }
        switch connection.pointee.phase {
        case .receiving: settleReceiving(connection)
        case .ending:
            if connection.pointee.pending == 0 { linger(connection) }
        case .parked, .streaming: settleHeld(connection)
        case .lingering:
            if connection.pointee.inputEnded { close(connection) }
        case .handling: break
        }
    }

    /// The next request is awaited: ends where none will come, goes on where input had to wait.
    @inline(__always)
    private func settleReceiving(_ connection: ConnectionPointer) {
        if connection.pointee.isHeld {
            // Whether it may go on is seen by trying.
            if hasRoomForResponse(connection) { resumeLater(connection) }
            return
        }
        if connection.pointee.peerClosed && connection.pointee.mayReceive {
            return resumeLater(connection)
        }
        if connection.pointee.inputEnded || (isDraining && connection.pointee.assembly == nil) {
            stopWaiting(connection)
            connection.pointee.phase = .ending
            if connection.pointee.pending == 0 { linger(connection) }
        }
    }

    /// Somebody owns the exchange: tells about room, the client's end, and the server's.
    private func settleHeld(_ connection: ConnectionPointer) {
        if connection.pointee.peerClosed && connection.pointee.endsWithPeer {
            return close(connection)
        }
        if connection.pointee.wantsRoom
            && connection.pointee.pending <= configuration.outputBytesMax / 2
        {
            connection.pointee.wantsRoom = false
            connection.pointee.owner?.writable()
        }
    }

    /// Everything is sent: says so, and goes on reading until the client ends its side too. Closing
    /// with unread input would send a reset, which can destroy the answer on its way.
    private func linger(_ connection: ConnectionPointer) {
        if connection.pointee.inputEnded { return close(connection) }
        recycleAssembly(connection)
        connection.pointee.transport.finishSending()
        connection.pointee.phase = .lingering
        counters.lingering.add()
        waitForEnd(connection)
        if connection.pointee.mayReceive { resumeLater(connection) }
    }

    /// Drops what a lingering connection still receives.
    func dropInput(_ connection: ConnectionPointer) {
        for _ in 0..<16 {
            switch connection.pointee.transport.receive(into: received) {
            case .bytes(let count):
                counters.bytesReceived.add(count)
                connection.pointee.windowBytes &+= count
                connection.pointee.lingerBytes &+= count
                if connection.pointee.lingerBytes > configuration.discardBytesMax {
                    connection.pointee.isBroken = true
                    markDirty(connection)
                    return
                }
            case .wouldBlock:
                connection.pointee.mayReceive = false
                return
            case .closed, .failed:
                connection.pointee.isBroken = true
                markDirty(connection)
                return
            }
        }
        resumeLater(connection)
    }

    /// Closes a connection at once and tells its owner.
    func close(_ connection: ConnectionPointer) {
        let owner = connection.pointee.owner
        letGo(connection)
        recycleAssembly(connection)
        giveBackOutput(connection)
        if connection.pointee.phase == .lingering { counters.lingering.add(-1) }
        if connection.pointee.timerAt != .max { timers.cancel(connection.pointee.timer) }
        let descriptor = Descriptor(owning: connection.pointee.transport.descriptor)
        table.remove(connection)
        counters.connections.add(-1)
        _ = consume descriptor
        owner?.gone()
    }
}
