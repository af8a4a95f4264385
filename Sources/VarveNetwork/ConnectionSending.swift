// From a connection's output to its socket: the buffer, pinned memory and pinned files, in order.

import VarveHTTP
import VarvePlatform

extension EventLoop {
    /// The most pieces of memory in one system call.
    private static let vectorsMax = 64
    /// The most bytes of a file in one system call; pieces of memory are added up to it.
    private static let callBytesMax = 1 << 20
    /// After how many bytes of one connection it is the others' turn: a call of the largest size
    /// and what stands around such a body leave in one turn.
    private static let turnBytesMax = callBytesMax + (64 << 10)

    /// Sends what may leave, until all is sent, the socket takes no more or it is others' turn.
    @inline(__always)
    func flush(_ connection: ConnectionPointer) {
        guard !connection.pointee.isBlocked, !connection.pointee.isBroken else { return }
        let turnEnd = connection.pointee.sent &+ UInt64(Self.turnBytesMax)
        while connection.pointee.sent < connection.pointee.released {
            guard connection.pointee.sent < turnEnd else { return flushLater(connection) }
            let result: IOResult
            let attempted: Int
            if connection.pointee.pinned == nil {
                guard let buffer = connection.pointee.output else { return }
                attempted = Int(connection.pointee.released &- connection.pointee.sent)
                result = connection.pointee.transport.send(
                    buffer._withUnsafeGuaranteedRef {
                        UnsafeRawBufferPointer(start: $0.readable.baseAddress, count: attempted)
                    })
            } else {
                (result, attempted) = sendNextPinned(connection)
            }
            guard noteSent(connection, result, of: attempted) else { break }
        }
        guard connection.pointee.sent == connection.pointee.queued else { return }
        recycleOutput(connection)
        // The client can be silent only from now on.
        if connection.pointee.wait == .request { waitIdle(connection) }
    }

    /// Notes the result of sending; false if it is no use to go on.
    @inline(__always)
    private func noteSent(
        _ connection: ConnectionPointer, _ result: IOResult, of attempted: Int
    ) -> Bool {
        switch result {
        case .bytes(let count):
            counters.bytesSent.add(count)
            connection.pointee.sent &+= UInt64(count)
            var buffered = count
            if let pinned = connection.pointee.pinned {
                buffered &-= pinned.advance(to: connection.pointee.sent)
                if pinned.isEmpty { connection.pointee.pinned = nil }
            }
            connection.pointee.output?._withUnsafeGuaranteedRef { $0.consume(buffered) }
            connection.pointee.stallDeadline = .max
            if count == attempted { return true }
        case .wouldBlock: break
        case .closed, .failed:
            connection.pointee.isBroken = true
            return false
        }
        connection.pointee.isBlocked = true
        waitForRoom(connection)
        return false
    }

    /// Sends what comes next where something is pinned, and says how much was attempted.
    private func sendNextPinned(_ connection: ConnectionPointer) -> (IOResult, Int) {
        let file = connection.pointee.pinned?.firstFile
        if let file, file.position == connection.pointee.sent {
            return sendFile(connection, file.descriptor, at: file.offset, count: file.count)
        }
        let end = min(connection.pointee.released, file?.position ?? .max)
        return sendVectors(connection, to: end, more: end < connection.pointee.released)
    }

    /// Sends the beginning of a file slice, or all of it.
    private func sendFile(
        _ connection: ConnectionPointer, _ descriptor: Int32, at offset: UInt64, count: Int
    ) -> (IOResult, Int) {
        let result = connection.pointee.transport.sendFile(
            descriptor, at: offset, count: min(count, Self.callBytesMax))
        // A short count does not mean that the socket is full: only the next attempt shows it.
        if case .bytes(let sent) = result { return (result, sent) }
        return (result, count)
    }

    /// Sends buffer and pinned memory in their order, at most to `end`; no file lies before it.
    ///
    /// - Parameter more: whether something that may leave follows at `end`.
    private func sendVectors(
        _ connection: ConnectionPointer, to end: UInt64, more: Bool
    ) -> (IOResult, Int) {
        withUnsafeTemporaryAllocation(of: IOVector.self, capacity: Self.vectorsMax) { vectors in
            var count = 0
            var size = 0
            forEachInMemory(connection, to: end) { piece in
                guard count < Self.vectorsMax, size < Self.callBytesMax else { return }
                vectors.initializeElement(at: count, to: IOVector(piece))
                count += 1
                size += piece.count
            }
            let filled = UnsafeBufferPointer(rebasing: vectors[..<count])
            return (connection.pointee.transport.send(filled, more: more), size)
        }
    }
}
