// From the socket to whole requests. Bytes are received into memory that all connections of the
// loop share and parsed there; only what cannot be handled yet is kept by its connection.

import VarveHTTP
import VarvePlatform

extension EventLoop {
    /// The most receives of one connection in one turn, so that one does not starve the others.
    private static let receivesPerTurn = 8

    /// Goes on with a connection's input as far as possible.
    func advance(_ connection: ConnectionPointer) {
        if connection.pointee.phase == .lingering { return dropInput(connection) }
        guard connection.pointee.phase == .receiving, !connection.pointee.isBroken else { return }
        if let kept = connection.pointee.assembly, kept.count > 0 {
            guard parseKept(connection, kept) else { return endInput(connection) }
        }
        var receives = 0
        while connection.pointee.mayReceive && connection.pointee.phase == .receiving {
            guard receives < Self.receivesPerTurn else { return resumeLater(connection) }
            receives += 1
            guard receive(connection) else { break }
        }
        endInput(connection)
    }

    /// Receives once and parses; false if there is nothing more to receive or no use for it.
    @inline(__always)
    private func receive(_ connection: ConnectionPointer) -> Bool {
        let kept = connection.pointee.assembly
        if let kept, refuseInput(connection, kept) { return false }
        let room = kept.map { roomFor($0) } ?? received
        switch connection.pointee.transport.receive(into: room) {
        case .bytes(let count):
            counters.bytesReceived.add(count)
            // The next bytes, and the end behind these, come with an event of their own.
            if count < room.count && !connection.pointee.peerClosed {
                connection.pointee.mayReceive = false
            }
            connection.pointee.windowBytes &+= count
            guard let kept, kept.stage.keepsInput else {
                return parseReceived(connection, count)
            }
            kept.advance(by: count)
            return parseKept(connection, kept)
        case .wouldBlock:
            connection.pointee.mayReceive = false
            return false
        case .closed:
            connection.pointee.mayReceive = false
            connection.pointee.inputEnded = true
            return false
        case .failed:
            connection.pointee.isBroken = true
            markDirty(connection)
            return false
        }
    }

    /// Where the next bytes of an unfinished request go.
    private func roomFor(_ kept: RequestAssembly) -> UnsafeMutableRawBufferPointer {
        switch kept.stage {
        case .head: kept.room(upTo: 4096)
        case .body: kept.room(upTo: kept.headLength &+ kept.bodyLength &- kept.count)
        case .chunks: kept.room(upTo: max(Self.receiveBytes, kept.capacity))
        case .discard, .discardChunks: received
        }
    }

    /// Parses `count` bytes in the shared memory; false if no more are of use.
    @inline(__always)
    private func parseReceived(_ connection: ConnectionPointer, _ count: Int) -> Bool {
        let input = UnsafeMutableRawBufferPointer(start: received.baseAddress, count: count)
        let current = connection.pointee.assembly ?? assembly
        let result = parse(connection, current, input)
        if result.kept.isEmpty && !current.stage.isUnderway {
            if connection.pointee.assembly != nil { recycleAssembly(connection) }
            return result.wantsInput
        }
        if connection.pointee.assembly == nil { lendAssembly(connection) }
        current.keep(UnsafeRawBufferPointer(rebasing: input[result.kept]))
        countInput(current)
        return result.wantsInput
    }

    /// Parses what the connection keeps; false if no more bytes are of use.
    private func parseKept(_ connection: ConnectionPointer, _ kept: RequestAssembly) -> Bool {
        let result = parse(connection, kept, kept.bytes)
        if result.kept.isEmpty && !kept.stage.isUnderway {
            recycleAssembly(connection)
        } else {
            kept.keep(UnsafeRawBufferPointer(rebasing: kept.bytes[result.kept]))
            countInput(kept)
        }
        return result.wantsInput
    }

    /// Parses and handles as many requests as are there and may be handled. Says which bytes must
    /// be kept and whether more are of use.
    private func parse(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ input: UnsafeMutableRawBufferPointer
    ) -> (kept: Range<Int>, wantsInput: Bool) {
        connection.pointee.isHeld = false
        var start = 0
        while start < input.count {
            guard connection.pointee.phase == .receiving else {
                return (start..<input.count, false)
            }
            guard hasRoomForResponse(connection) else {
                connection.pointee.isHeld = true
                return (start..<input.count, false)
            }
            let rest = UnsafeMutableRawBufferPointer(rebasing: input[start...])
            switch step(connection, current, rest) {
            case .taken(let count): start &+= count
            case .incomplete(let count): return (start..<(start &+ count), true)
            case .held:
                connection.pointee.isHeld = true
                return (start..<input.count, false)
            case .refused:
                current.begin()
                return (start..<start, false)
            }
        }
        return (start..<start, connection.pointee.phase == .receiving)
    }

    /// Whether another response may be queued.
    @inline(__always)
    func hasRoomForResponse(_ connection: ConnectionPointer) -> Bool {
        connection.pointee.pending < configuration.outputBytesMax
            && Int(connection.pointee.gatedCount) < configuration.gatedResponsesMax
    }

    /// Decides what to wait for, once a connection's input is parsed as far as possible.
    @inline(__always)
    private func endInput(_ connection: ConnectionPointer) {
        if connection.pointee.inputEnded && !connection.pointee.isHeld { markDirty(connection) }
        guard connection.pointee.phase == .receiving, !connection.pointee.isHeld else {
            return stopWaiting(connection)
        }
        guard let kept = connection.pointee.assembly else { return waitIdle(connection) }
        kept.stage == .head ? waitForHead(connection) : waitForBody(connection)
    }

    /// Gives the connection the assembly that is in use, and the loop another.
    private func lendAssembly(_ connection: ConnectionPointer) {
        connection.pointee.assembly = assembly
        counters.incomplete.add()
        assembly = spareAssemblies.popLast() ?? RequestAssembly(limits: configuration.head)
    }

    /// Counts what an assembly keeps.
    private func countInput(_ kept: RequestAssembly) {
        inputBytes += kept.count - kept.countedBytes
        kept.countedBytes = kept.count
    }

    /// Refuses a body when the loop keeps as much as it may; false if it does not.
    private func refuseInput(_ connection: ConnectionPointer, _ kept: RequestAssembly) -> Bool {
        guard inputBytes >= inputBytesMax, kept.stage == .body || kept.stage == .chunks else {
            return false
        }
        connection.pointee.isHead = kept.parser.head.method == .head
        connection.pointee.keepsAlive = false
        refuse(connection, .tooMuchInput)
        return true
    }

    /// Takes a connection's assembly back.
    func recycleAssembly(_ connection: ConnectionPointer) {
        guard let kept = connection.pointee.assembly else { return }
        connection.pointee.assembly = nil
        counters.incomplete.add(-1)
        inputBytes -= kept.countedBytes
        kept.countedBytes = 0
        kept.recycle()
        if spareAssemblies.count < 256 { spareAssemblies.append(kept) }
    }
}
