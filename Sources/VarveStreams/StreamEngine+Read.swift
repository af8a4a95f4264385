package import VarveLog

extension StreamEngine {
    /// Reads one page: whole records of up to `maxBytes` bytes together, or one that is larger.
    ///
    /// What is durable, or will be when `visibleAt` is: a stream that was just created or closed is
    /// read as it will be then. Uses the stream, so a sliding window begins anew.
    ///
    /// - Parameter blocking: whether to wait for the disk where the page's end is not in memory.
    /// - Throws: `notFound`, `offsetBeyondTail`, `offsetNotABoundary`, `trimmed`, and, unless
    ///   `blocking`, `log(.wouldBlock)`: ask again from a thread that may wait.
    package func beginRead(
        _ stream: Stream, from start: ReadStart, maxBytes: Int, blocking: Bool = false
    ) throws(StreamRefusal) -> StreamRead {
        let (view, through) = try look(stream, uses: true)
        let position = position(start, view)
        let run: ReadRun
        do {
            run = try log.read(
                stream.log, from: position, maxBytes: maxBytes, through: through,
                blocking: blocking)
        } catch {
            throw Self.refusal(error, view, stream)
        }
        return StreamRead(view: view, run: run, start: position, end: run.end)
    }

    /// Copies a small page into `buffer`: everything up to the tail, when it fits, is in memory and
    /// begins with an append. Allocates nothing.
    ///
    /// Nil when it is not that simple: `beginRead` does it then, or says what is wrong.
    package func readSmall(
        _ stream: Stream, from start: ReadStart, maxBytes: Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(StreamRefusal) -> SmallStreamRead? {
        let (view, through) = try look(stream, uses: true)
        let position = position(start, view)
        let read = log.readSmall(
            stream.log, from: position, maxBytes: maxBytes, through: through, into: buffer)
        guard let read else { return nil }
        return SmallStreamRead(
            view: view, start: read.start, end: read.end, byteCount: read.byteCount)
    }

    /// The stream as readers may see it; throws `notFound`. Uses the stream if `uses`.
    package func view(_ stream: Stream, uses: Bool) throws(StreamRefusal) -> StreamView {
        try look(stream, uses: uses).view
    }

    /// The stream's description. Not a use of the stream.
    package func head(_ stream: Stream) throws(StreamRefusal) -> StreamHead {
        let (view, _) = try look(stream, uses: false)
        return stream.log.withLock { _ in
            let state = stream.cell.state
            var head = StreamHead(
                earliest: view.earliest, tail: view.tail, isClosed: view.isClosed,
                contentType: view.contentType,
                lifetime: state.lifetime, retention: state.retention?.policy ?? .everything,
                compression: stream.log.encoding, incarnation: view.incarnation,
                createdMilliseconds: state.createdMilliseconds,
                updatedMilliseconds: state.updatedMilliseconds, visibleAt: view.visibleAt)
            if case .absolute = state.lifetime, let expiry = state.expiry {
                head.lifetimeText = String(decoding: expiry.text, as: UTF8.self)
            }
            return head
        }
    }

    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, by name. Waits
    /// for the disk.
    ///
    /// - Throws: `log` with what reading the catalog failed of.
    package func list(
        prefix: UnsafeRawBufferPointer, after: UnsafeRawBufferPointer?, limit: Int
    ) throws(StreamRefusal) -> (summaries: [StreamSummary], visibleAt: LSN) {
        var visibleAt = LSN.none
        var summaries: [StreamSummary] = []
        var last: LogStream?
        while summaries.count < limit {
            let wanted = limit - summaries.count
            let found: [LogStream]
            do {
                found = try log.glance(
                    prefix: prefix, after: last?.nameBytes ?? after, limit: wanted)
            } catch {
                throw StreamRefusal(.log(error))
            }
            // Whoever asks for the prefix of Varve's own names finds nothing.
            for logStream in found where !logStream.isReserved {
                do throws(StreamRefusal) {
                    let head = try head(Stream(logStream))
                    visibleAt = max(visibleAt, head.visibleAt)
                    summaries.append(StreamSummary(name: logStream.name, head: head))
                } catch {
                    // That it is missing tells that it went.
                    visibleAt = max(visibleAt, error.visibleAt)
                }
            }
            last = found.last
            if found.count < wanted { break }
        }
        // In this order: what is deleted after the listing is listed.
        return (summaries, max(visibleAt, log.namespace.lastDeletion))
    }

    /// One look at a stream under its lock, with one load of the durable mark, and the LSN up to
    /// which it holds.
    func look(
        _ stream: Stream, uses: Bool
    ) throws(StreamRefusal) -> (view: StreamView, through: LSN) {
        let now = time.now()
        return try stream.log.withLock {
            (logState) throws(StreamRefusal) -> (view: StreamView, through: LSN) in
            let cell = stream.cell
            try requireAlive(stream, logState, now)
            let touched = uses ? touch(stream, cell, &logState, now) : .none
            let durable = log.durable
            // A pending creation or closure is shown, and the answer waits for it.
            let through = max(durable, logState.structuralLSN)
            let view = StreamView(
                earliest: logState.visibleStart,
                tail: logState.durableTail(at: through), isClosed: logState.isClosed,
                contentType: cell.contentType, incarnation: stream.incarnation,
                visibleAt: max(logState.structuralLSN, touched))
            return (view, through)
        }
    }

    func position(_ start: ReadStart, _ view: StreamView) -> StreamPosition {
        switch start {
        case .start: view.earliest
        case .now: view.tail
        case .position(let position): position
        }
    }

    static func refusal(
        _ error: LogError, _ view: StreamView, _ stream: Stream
    ) -> StreamRefusal {
        switch error {
        case .trimmed:
            // Perhaps after the look: the answer waits for that trim.
            stream.log.withLock { logState in
                StreamRefusal(
                    .trimmed, visibleAt: max(view.visibleAt, logState.structuralLSN),
                    earliestOffset: logState.visibleStart)
            }
        case .offTheEnd: StreamRefusal(.offsetBeyondTail, visibleAt: view.visibleAt)
        case .notABoundary: StreamRefusal(.offsetNotABoundary, visibleAt: view.visibleAt)
        // Deleted since the look.
        case .unknownStream: StreamRefusal(.notFound, visibleAt: view.visibleAt)
        default: StreamRefusal(.log(error), visibleAt: view.visibleAt)
        }
    }
}
