// A connection's output: how it is queued, and the bounds on what a slow client can make us keep.

import VarveHTTP
import VarvePlatform

extension EventLoop {
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
        guard slice.count > 0 else { return }
        if slice.bytes == nil { expectFile(connection) }
        let pinned = connection.pointee.pinned ?? PinnedSlices()
        connection.pointee.pinned = pinned
        pinned.append(PinnedSlices.Piece(position: connection.pointee.queued, slice: slice))
        connection.pointee.queued &+= UInt64(slice.count)
    }

    /// Prepares a connection for its first body in a file.
    private func expectFile(_ connection: ConnectionPointer) {
        guard !connection.pointee.hasSentFile else { return }
        connection.pointee.hasSentFile = true
        guard configuration.localQueueBytes > 0 else { return }
        connection.pointee.transport.limitLocalQueue(bytes: configuration.localQueueBytes)
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

    /// Copies the memory that is pinned into the buffer and lets its owners go: a slow client must
    /// not hold on to memory that others want back. Files stay pinned until the client has taken
    /// them or is given up.
    func copyPinned(_ connection: ConnectionPointer) {
        guard let pinned = connection.pointee.pinned, pinned.holdsMemory else { return }
        let copy = OutputBuffer(capacity: connection.pointee.pending - pinned.fileByteCount)
        forEachInMemory(connection, to: connection.pointee.queued) { copy.append($0) }
        connection.pointee.output?.release()
        connection.pointee.output = Unmanaged.passRetained(copy)
        pinned.removeMemory()
        if pinned.isEmpty { connection.pointee.pinned = nil }
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

    /// Calls `body` with the unsent bytes before `limit` that are in memory, piece by piece.
    func forEachInMemory(
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
                if let bytes = piece.slice.bytes { body(bytes) }
                position = piece.end
            }
        }
        if position < limit { takeBuffered(to: limit) }
    }

    /// Takes back the memory of an output that is sent.
    @inline(__always)
    func recycleOutput(_ connection: ConnectionPointer) {
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
