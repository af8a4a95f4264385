// The steps from bytes to a handled request, one per stage of an assembly.

import VarveHTTP

extension EventLoop {
    /// What a step came to.
    enum Step {
        /// So many bytes are done with.
        case taken(Int)
        /// More bytes are needed, and so many of these must be kept for then.
        case incomplete(keep: Int)
        /// The request must wait for responses before it.
        case held
        /// The input is of no further use.
        case refused
    }

    /// Takes the next step with the bytes from the current request's first one on.
    @inline(__always)
    func step(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ rest: UnsafeMutableRawBufferPointer
    ) -> Step {
        switch current.stage {
        case .head: headStep(connection, current, rest)
        case .body: bodyStep(connection, current, rest)
        case .chunks: chunkStep(connection, current, rest)
        case .discard: discardStep(current, rest)
        case .discardChunks: discardChunkStep(connection, current, rest)
        }
    }

    @inline(__always)
    private func headStep(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ rest: UnsafeMutableRawBufferPointer
    ) -> Step {
        switch current.parser.parse(UnsafeRawBufferPointer(rest)) {
        case .incomplete: return .incomplete(keep: rest.count)
        case .failed(let error):
            connection.pointee.isHead = false
            connection.pointee.keepsAlive = false
            refuse(connection, .request(error))
            return .refused
        case .head(let length):
            current.headLength = length
            return beginBody(connection, current, rest)
        }
    }

    /// The head is complete: decides how the body is taken.
    @inline(__always)
    private func beginBody(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ rest: UnsafeMutableRawBufferPointer
    ) -> Step {
        let isChunked = current.parser.head.isChunked
        let announced = current.parser.head.contentLength ?? 0
        guard isChunked || announced > 0 else {
            return deliver(connection, current, rest, bodyLength: 0, end: current.headLength)
        }
        let limit = bodyBytesMax(of: current, UnsafeRawBufferPointer(rest), from: announced)
        if announced > UInt64(limit) {
            return refuseBody(connection, current, announced)
        }
        if !isChunked && UInt64(rest.count &- current.headLength) >= announced {
            let length = Int(announced)
            return deliver(
                connection, current, rest, bodyLength: length, end: current.headLength &+ length)
        }
        if current.parser.head.expectsContinue && rest.count == current.headLength {
            // The interim response would have to stand behind responses that may be replaced.
            if connection.pointee.gatedCount > 0 { return .held }
            sendContinue(connection)
        }
        connection.pointee.windowBytes = 0
        if isChunked {
            current.beginChunks()
            return chunkStep(connection, current, rest)
        }
        current.stage = .body
        current.bodyLength = Int(announced)
        return .incomplete(keep: rest.count)
    }

    /// The most bytes of the body of a request whose head is complete and of whose body `announced`
    /// bytes are known to come.
    @inline(__always)
    private func bodyBytesMax(
        of current: RequestAssembly, _ input: UnsafeRawBufferPointer, from announced: UInt64
    ) -> Int {
        let ordinary = configuration.bodyBytesMax
        guard announced > UInt64(ordinary), configuration.largeBodyBytesMax > ordinary, let handler
        else { return ordinary }
        let request = RequestView(
            head: current.parser.head, bytes: input,
            body: UnsafeRawBufferPointer(start: nil, count: 0))
        return handler.takesLargeBody(request) ? configuration.largeBodyBytesMax : ordinary
    }

    private func bodyStep(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ rest: UnsafeMutableRawBufferPointer
    ) -> Step {
        let end = current.headLength &+ current.bodyLength
        guard rest.count >= end else { return .incomplete(keep: rest.count) }
        return deliver(connection, current, rest, bodyLength: current.bodyLength, end: end)
    }

    /// Decodes chunks in place: the content moves up to the end of the body so far.
    private func chunkStep(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ rest: UnsafeMutableRawBufferPointer
    ) -> Step {
        guard let base = rest.baseAddress else { return .incomplete(keep: 0) }
        let input = UnsafeRawBufferPointer(rest)
        var position = current.headLength &+ current.bodyLength
        // Everything behind the body was decoded before and the request only waits for its turn.
        if let end = current.chunksEnd {
            return deliver(connection, current, rest, bodyLength: current.bodyLength, end: end)
        }
        while true {
            let step = current.chunks.next(input, from: &position)
            let announced = current.chunks.announcedBytes
            if announced > UInt64(bodyBytesMax(of: current, input, from: announced)) {
                return refuseChunks(connection, current, at: position)
            }
            switch step {
            case .content(let range):
                let target = base + current.headLength + current.bodyLength
                target.copyMemory(from: base + range.lowerBound, byteCount: range.count)
                current.bodyLength &+= range.count
            case .needsMore:
                return .incomplete(keep: current.headLength &+ current.bodyLength)
            case .finished:
                current.chunksEnd = position
                return deliver(
                    connection, current, rest, bodyLength: current.bodyLength, end: position)
            case .failed(let error):
                connection.pointee.keepsAlive = false
                refuse(connection, .request(error))
                return .refused
            }
        }
    }

    /// Hands a complete request to the handler.
    @inline(__always)
    private func deliver(
        _ connection: ConnectionPointer, _ current: RequestAssembly,
        _ rest: UnsafeMutableRawBufferPointer, bodyLength: Int, end: Int
    ) -> Step {
        guard let handler else { return .refused }
        let body = UnsafeRawBufferPointer(
            rebasing: rest[current.headLength..<(current.headLength &+ bodyLength)])
        let request = RequestView(
            head: current.parser.head, bytes: UnsafeRawBufferPointer(rest), body: body)
        if connection.pointee.gatedCount > 0 && !handler.mayFollowGated(request) { return .held }
        begin(connection, request)
        counters.requests.add()
        handler.handle(
            request,
            Exchange(self, token: connection.pointee.token, sequence: connection.pointee.sequence))
        if connection.pointee.phase == .handling { refuse(connection, .unanswered) }
        current.begin()
        return .taken(end)
    }

    /// Makes the request the connection's current one.
    @inline(__always)
    func begin(_ connection: ConnectionPointer, _ request: borrowing RequestView) {
        connection.pointee.sequence &+= 1
        connection.pointee.isHead = request.method == .head
        connection.pointee.isHTTP10 = request.head.version == .http10
        connection.pointee.keepsAlive = request.head.keepAlive && !isDraining
        connection.pointee.phase = .handling
    }
}
