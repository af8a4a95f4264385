// Exchanges that outlive the call that brought them: parked requests and open streams.

import VarveHTTP

extension EventLoop {
    /// Parks the current request; false over the limit.
    func park(
        _ connection: ConnectionPointer, _ owner: any ExchangeOwner, endsWithPeer: Bool
    ) -> Bool {
        guard connection.pointee.phase != .streaming else { return true }
        guard countParked(connection) else { return false }
        connection.pointee.phase = .parked
        connection.pointee.endsWithPeer = endsWithPeer
        connection.pointee.owner = owner
        if connection.pointee.peerClosed || isDraining { markDirty(connection) }
        return true
    }

    /// Begins a response without known length; false over the limit.
    func startStream(
        _ connection: ConnectionPointer, _ status: HTTPStatus, _ owner: any ExchangeOwner,
        _ headers: (ResponseWriter) -> Void
    ) -> Bool {
        guard connection.pointee.phase != .streaming else { return true }
        guard countParked(connection) else { return false }
        // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
        connection.pointee.isChunked = !connection.pointee.isHTTP10
        if connection.pointee.isHTTP10 { connection.pointee.keepsAlive = false }
        write(connection) { writer in
            writer.status(status, date: dateLine)
            headers(writer)
            writeConnection(connection, writer)
            if connection.pointee.isChunked { writer.lines("Transfer-Encoding: chunked\r\n") }
            writer.end()
        }
        if connection.pointee.isHead {
            letGo(connection)
            finish(connection, gate: 0)
            return true
        }
        connection.pointee.phase = .streaming
        connection.pointee.endsWithPeer = true
        connection.pointee.owner = owner
        releaseStream(connection)
        markDirty(connection)
        return true
    }

    /// Writes to an open stream; false if the client is too far behind.
    func writeStream(_ connection: ConnectionPointer, _ shared: SharedBytes) -> Bool {
        guard connection.pointee.phase == .streaming, shared.count > 0,
            !connection.pointee.isBroken
        else { return true }
        let bytes = connection.pointee.isChunked ? shared.chunk : shared.bytes
        let pending = connection.pointee.pending
        if pending == 0 && !connection.pointee.isBlocked {
            sendAtOnce(connection, bytes)
            return true
        }
        guard hasRoom(connection, bytes.count) else { return false }
        queue(connection, bytes)
        releaseStream(connection)
        markDirty(connection)
        return true
    }

    /// Whether an open stream takes so many bytes; if not, its owner is told of room.
    func hasRoom(_ connection: ConnectionPointer, _ count: Int) -> Bool {
        let pending = connection.pointee.pending
        if pending == 0 || pending + count <= configuration.outputBytesMax { return true }
        connection.pointee.wantsRoom = true
        return false
    }

    /// Ends an open stream.
    func endStream(_ connection: ConnectionPointer) {
        guard connection.pointee.phase == .streaming else { return }
        if connection.pointee.isChunked {
            write(connection) { $0.lines(ChunkWriter.end) }
        }
        releaseStream(connection)
        let goesOn = connection.pointee.keepsAlive && !isDraining
        connection.pointee.phase = goesOn ? .receiving : .ending
        letGo(connection)
        markDirty(connection)
        if goesOn { resumeLater(connection) }
    }

    /// Forgets a connection's owner and no longer counts it as parked.
    func letGo(_ connection: ConnectionPointer) {
        connection.pointee.owner = nil
        connection.pointee.wantsRoom = false
        guard connection.pointee.countsAsParked else { return }
        connection.pointee.countsAsParked = false
        counters.parked.add(-1)
    }

    /// What a stream has queued may leave, unless a response before it must not.
    private func releaseStream(_ connection: ConnectionPointer) {
        guard connection.pointee.gatedCount == 0 else { return }
        connection.pointee.released = connection.pointee.queued
    }

    /// Counts a connection as parked; false over the limit.
    private func countParked(_ connection: ConnectionPointer) -> Bool {
        if connection.pointee.countsAsParked { return true }
        guard counters.parked.value < parkedMax else { return false }
        connection.pointee.countsAsParked = true
        counters.parked.add()
        return true
    }
}
