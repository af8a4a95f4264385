// From a connection's output to its socket, and the bounds on what a slow client can make us keep.

import VarveHTTP
import VarvePlatform

extension EventLoop {
    /// The most pieces in one system call.
    private static let vectorsMax = 64
    /// What an output buffer keeps of its memory when it is recycled, in bytes.
    private static let outputKept = 64 << 10
    private static let spareOutputsMax = 1024

    /// The buffer that the connection's output is written to.
    @inline(__always)
    func outputBuffer(_ connection: ConnectionPointer) -> Unmanaged<OutputBuffer> {
        if let buffer = connection.pointee.output { return buffer }
        let buffer = spareOutputs.popLast() ?? Unmanaged.passRetained(OutputBuffer())
        connection.pointee.output = buffer
        return buffer
    }

    /// Appends `bytes` to the output and counts them.
    func queue(_ connection: ConnectionPointer, _ bytes: UnsafeRawBufferPointer) {
        outputBuffer(connection)._withUnsafeGuaranteedRef { $0.append(bytes) }
        connection.pointee.queued &+= UInt64(bytes.count)
    }

    /// Queues a slice behind the buffer's bytes.
    func pin(_ connection: ConnectionPointer, _ slice: BodySlice) {
        guard slice.bytes.count > 0 else { return }
        let pinned = connection.pointee.pinned ?? PinnedSlices()
        connection.pointee.pinned = pinned
        pinned.append(
            PinnedSlices.Piece(
                position: connection.pointee.queued, owner: slice.owner, bytes: slice.bytes))
        connection.pointee.queued &+= UInt64(slice.bytes.count)
    }

    /// Sends what may leave, until all is sent or the socket takes no more.
    @inline(__always)
    func flush(_ connection: ConnectionPointer) {
        guard !connection.pointee.isBlocked, !connection.pointee.isBroken else { return }
        while connection.pointee.sent < connection.pointee.released {
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
                (result, attempted) = sendVectors(connection)
            }
            guard noteSent(connection, result, of: attempted) else { break }
        }
        guard connection.pointee.sent == connection.pointee.queued else { return }
        recycleOutput(connection)
        // The client can be silent only from now on.
        if connection.pointee.wait == .request { waitIdle(connection) }
    }

    /// Sends bytes of a stream without queueing them; what the socket does not take is queued.
    func sendAtOnce(_ connection: ConnectionPointer, _ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        switch connection.pointee.transport.send(bytes) {
        case .bytes(let count):
            counters.bytesSent.add(count)
            connection.pointee.sent &+= UInt64(count)
            rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
        case .wouldBlock: break
        case .closed, .failed:
            connection.pointee.isBroken = true
            markDirty(connection)
            rest = UnsafeRawBufferPointer(rebasing: bytes[bytes.count...])
            connection.pointee.sent &+= UInt64(bytes.count)
        }
        connection.pointee.queued &+= UInt64(bytes.count - rest.count)
        queue(connection, rest)
        connection.pointee.released = connection.pointee.queued
        guard !rest.isEmpty else { return }
        connection.pointee.isBlocked = true
        waitForRoom(connection)
    }

    /// Copies what is pinned into the buffer and lets its owners go: a slow client must not hold on
    /// to memory that others want back.
    func copyPinned(_ connection: ConnectionPointer) {
        guard let pinned = connection.pointee.pinned, !pinned.isEmpty else { return }
        let copy = OutputBuffer(capacity: connection.pointee.pending)
        forEachPiece(connection, to: connection.pointee.queued) { copy.append($0) }
        connection.pointee.output?.release()
        connection.pointee.output = Unmanaged.passRetained(copy)
        connection.pointee.pinned = nil
    }

    /// Drops what is queued and may not leave.
    func truncateToReleased(_ connection: ConnectionPointer) {
        let released = max(connection.pointee.released, connection.pointee.sent)
        guard connection.pointee.queued > released else { return }
        let kept = Int(released &- connection.pointee.sent)
        let pinnedBytes = connection.pointee.pinned?.byteCount(before: released) ?? 0
        connection.pointee.output?._withUnsafeGuaranteedRef {
            $0.truncate(to: kept - pinnedBytes)
        }
        connection.pointee.pinned?.truncate(to: released)
        connection.pointee.queued = released
    }

    /// Notes the result of sending; false if it is no use to go on.
    @inline(__always)
    private func noteSent(
        _ connection: ConnectionPointer, _ result: IOResult, of attempted: Int
    ) -> Bool {
        switch result {
        case .bytes(let count):
            counters.bytesSent.add(count)
            if let pinned = connection.pointee.pinned {
                let end = connection.pointee.sent &+ UInt64(count)
                let before = pinned.byteCount(before: .max)
                pinned.advance(to: end)
                let buffered = count - (before - pinned.byteCount(before: .max))
                connection.pointee.output?._withUnsafeGuaranteedRef { $0.consume(buffered) }
                if pinned.isEmpty { connection.pointee.pinned = nil }
            } else {
                connection.pointee.output?._withUnsafeGuaranteedRef { $0.consume(count) }
            }
            connection.pointee.sent &+= UInt64(count)
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

    /// Sends buffer and pinned pieces in their order.
    private func sendVectors(_ connection: ConnectionPointer) -> (IOResult, Int) {
        withUnsafeTemporaryAllocation(of: IOVector.self, capacity: Self.vectorsMax) { vectors in
            var count = 0
            var size = 0
            forEachPiece(connection, to: connection.pointee.released) { piece in
                guard count < Self.vectorsMax else { return }
                (vectors.baseAddress.unsafelyUnwrapped + count).initialize(to: IOVector(piece))
                count += 1
                size += piece.count
            }
            let filled = UnsafeBufferPointer(rebasing: vectors[..<count])
            return (connection.pointee.transport.send(filled), size)
        }
    }

    /// Calls `body` with the unsent bytes before `limit`, piece by piece.
    private func forEachPiece(
        _ connection: ConnectionPointer, to limit: UInt64,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        var position = connection.pointee.sent
        var buffered =
            connection.pointee.output?._withUnsafeGuaranteedRef { $0.readable }
            ?? UnsafeRawBufferPointer(start: nil, count: 0)
        func takeBuffered(to end: UInt64) {
            let count = Int(min(end, limit) &- position)
            guard count > 0 else { return }
            body(UnsafeRawBufferPointer(rebasing: buffered[..<count]))
            buffered = UnsafeRawBufferPointer(rebasing: buffered[count...])
            position &+= UInt64(count)
        }
        if let pinned = connection.pointee.pinned {
            for piece in pinned.pieces {
                guard piece.position < limit else { break }
                takeBuffered(to: piece.position)
                body(piece.bytes)
                position = piece.end
            }
        }
        if position < limit { takeBuffered(to: limit) }
    }

    /// Takes back the memory of an output that is sent.
    @inline(__always)
    private func recycleOutput(_ connection: ConnectionPointer) {
        connection.pointee.pinDeadline = .max
        connection.pointee.stallDeadline = .max
        giveBackOutput(connection)
    }

    /// Takes the buffer of a connection's output back, whatever is in it.
    @inline(__always)
    func giveBackOutput(_ connection: ConnectionPointer) {
        guard let buffer = connection.pointee.output else { return }
        connection.pointee.output = nil
        guard spareOutputs.count < Self.spareOutputsMax else { return buffer.release() }
        buffer._withUnsafeGuaranteedRef { $0.removeAll(keepingCapacityUpTo: Self.outputKept) }
        spareOutputs.append(buffer)
    }
}
