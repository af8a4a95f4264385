// Whole responses: serialised at once into the connection's output, let go now or behind a gate.

import VarveHTTP

extension EventLoop {
    /// The connection on which an exchange waits for its response, nil if it is dead.
    @inline(__always)
    func exchange(_ token: UInt64, _ sequence: UInt32) -> ConnectionPointer? {
        guard let connection = table.find(token), connection.pointee.sequence == sequence else {
            return nil
        }
        switch connection.pointee.phase {
        case .handling, .parked, .streaming: return connection
        case .receiving, .ending, .lingering: return nil
        }
    }

    /// Answers the current request with a copied body.
    @inline(__always)
    func respond(
        _ connection: ConnectionPointer, _ status: HTTPStatus, gate: UInt64,
        body: UnsafeRawBufferPointer?, _ headers: (ResponseWriter) -> Void
    ) {
        guard connection.pointee.phase != .streaming else { return }
        write(connection) { writer in
            writeHead(connection, writer, status, bodyLength: body?.count, headers)
            guard let body, !connection.pointee.isHead, !status.forbidsBody else { return }
            writer.lines(body)
        }
        finish(connection, gate: gate)
    }

    /// Answers the current request with a body that is sent from where it lies.
    func respond(
        _ connection: ConnectionPointer, _ status: HTTPStatus, gate: UInt64, slices: [BodySlice],
        _ headers: (ResponseWriter) -> Void
    ) {
        guard connection.pointee.phase != .streaming else { return }
        let length = slices.reduce(0) { $0 + $1.count }
        let hasBody = !connection.pointee.isHead && !status.forbidsBody
        let isCopied =
            length <= configuration.copiedBodyBytesMax && slices.allSatisfy { $0.bytes != nil }
        write(connection) { writer in
            writeHead(connection, writer, status, bodyLength: length, headers)
            guard hasBody && isCopied else { return }
            for bytes in slices.lazy.compactMap(\.bytes) { writer.lines(bytes) }
        }
        if hasBody && !isCopied {
            for slice in slices { pin(connection, slice) }
        }
        finish(connection, gate: gate)
    }

    /// Answers by itself, with the text the handler has for it.
    func refuse(_ connection: ConnectionPointer, _ refusal: ConnectionRefusal) {
        counters.refusals.add()
        writeRefusal(connection, refusal, isHead: connection.pointee.isHead)
        finish(connection, gate: 0)
    }

    /// Queues `100 Continue`.
    func sendContinue(_ connection: ConnectionPointer) {
        write(connection) { writer in
            writer.lines(HTTPStatus.continue100.line)
            writer.end()
        }
        connection.pointee.released = connection.pointee.queued
        markDirty(connection)
    }

    /// Queues the response to a refused request.
    func writeRefusal(
        _ connection: ConnectionPointer, _ refusal: ConnectionRefusal, isHead: Bool
    ) {
        guard let handler else { return }
        write(connection) { writer in
            writer.status(refusal.status, date: dateLine)
            let body = handler.refuse(refusal, writer)
            writeConnection(connection, writer)
            writer.contentLength(body.count)
            writer.end()
            if !isHead { body.withUnsafeBytes { writer.lines($0) } }
        }
    }

    /// Has `body` write to the end of the output, and counts what it wrote.
    @inline(__always)
    func write(_ connection: ConnectionPointer, _ body: (ResponseWriter) -> Void) {
        outputBuffer(connection)._withUnsafeGuaranteedRef { buffer in
            let before = buffer.count
            body(ResponseWriter(buffer))
            connection.pointee.queued &+= UInt64(buffer.count &- before)
        }
    }

    /// The response to the current request is queued: lets it go, or puts it behind its gate, and
    /// makes the connection ready for the next request.
    @inline(__always)
    func finish(_ connection: ConnectionPointer, gate: UInt64) {
        let wasParked = connection.pointee.phase == .parked
        connection.pointee.phase = connection.pointee.keepsAlive ? .receiving : .ending
        if gate > releasedMark || connection.pointee.gatedCount > 0 {
            holdBack(connection, gate: gate)
        } else {
            connection.pointee.released = connection.pointee.queued
            markDirty(connection)
        }
        if wasParked {
            letGo(connection)
            resumeLater(connection)
        }
    }

    @inline(__always)
    private func writeHead(
        _ connection: ConnectionPointer, _ writer: ResponseWriter, _ status: HTTPStatus,
        bodyLength: Int?, _ headers: (ResponseWriter) -> Void
    ) {
        writer.status(status, date: dateLine)
        headers(writer)
        writeConnection(connection, writer)
        if !status.forbidsBody {
            if let bodyLength {
                writer.contentLength(bodyLength)
            } else if !connection.pointee.isHead {
                writer.lines("Content-Length: 0\r\n")
            }
        }
        writer.end()
    }

    /// Writes what the client must know about the connection.
    @inline(__always)
    func writeConnection(_ connection: ConnectionPointer, _ writer: ResponseWriter) {
        if !connection.pointee.keepsAlive {
            writer.lines("Connection: close\r\n")
        } else if connection.pointee.isHTTP10 {
            writer.lines("Connection: keep-alive\r\n")
        }
    }
}
