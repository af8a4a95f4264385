// Bodies over the limit: answered at once, then read and dropped as far as is reasonable, so that
// the client sees the answer instead of a reset.

import VarveHTTP

extension EventLoop {
    /// Refuses a body by its announced length. If what follows is bearable the connection goes on
    /// behind it; a client that asked before sending may not send it at all, so there it ends.
    func refuseBody(
        _ connection: ConnectionPointer, _ current: RequestAssembly, _ announced: UInt64
    ) -> EventLoop.Step {
        let isBearable =
            announced <= UInt64(configuration.discardBytesMax)
            && !current.parser.head.expectsContinue && current.parser.head.keepAlive && !isDraining
        connection.pointee.isHead = current.parser.head.method == .head
        connection.pointee.isHTTP10 = current.parser.head.version == .http10
        connection.pointee.keepsAlive = isBearable
        refuse(connection, .request(.contentTooLarge))
        guard isBearable else { return .refused }
        connection.pointee.windowBytes = 0
        current.stage = .discard
        current.discardLeft = Int(announced)
        return .taken(current.headLength)
    }

    /// Refuses a chunked body that has crossed the limit at `position`.
    func refuseChunks(
        _ connection: ConnectionPointer, _ current: RequestAssembly, at position: Int
    ) -> EventLoop.Step {
        let goesOn = current.parser.head.keepAlive && !isDraining
        connection.pointee.isHead = current.parser.head.method == .head
        connection.pointee.isHTTP10 = current.parser.head.version == .http10
        connection.pointee.keepsAlive = goesOn
        refuse(connection, .request(.contentTooLarge))
        guard goesOn else { return .refused }
        connection.pointee.windowBytes = 0
        current.stage = .discardChunks
        current.discardLeft = configuration.discardBytesMax
        return .taken(position)
    }

    /// Drops what is there of a body of known length.
    func discardStep(
        _ current: RequestAssembly, _ rest: UnsafeMutableRawBufferPointer
    ) -> EventLoop.Step {
        let dropped = min(rest.count, current.discardLeft)
        current.discardLeft -= dropped
        if current.discardLeft == 0 { current.begin() }
        return .taken(dropped)
    }

    /// Drops what is there of a chunked body; ends the connection where the body is faulty or too
    /// long.
    func discardChunkStep(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ rest: UnsafeMutableRawBufferPointer
    ) -> EventLoop.Step {
        var position = 0
        while true {
            let before = position
            let step = current.chunks.next(UnsafeRawBufferPointer(rest), from: &position)
            current.discardLeft -= position - before
            switch step {
            case .content: continue
            case .needsMore where current.discardLeft > 0: return .taken(position)
            case .finished:
                current.begin()
                return .taken(position)
            case .needsMore, .failed:
                connection.pointee.phase = .ending
                markDirty(connection)
                return .refused
            }
        }
    }
}
