/// Reading a stream that may be a fork: what lies before its own records is read from its source.
extension EventLog {
    /// Finds the records of `stream` from `start` on: whole ones, at most `maxBytes` bytes of them,
    /// but at least one if there is one, and nothing behind what `lsn` made durable.
    ///
    /// - Parameter blocking: whether to wait for a disk, should lengths have to be read from one.
    /// - Throws: `offTheEnd`, `notABoundary`, `unknownStream` (deleted), `trimmed`, `wouldBlock` if
    ///   not `blocking`.
    package func read(
        _ stream: LogStream, from start: StreamPosition, maxBytes: Int, through lsn: LSN,
        blocking: Bool = false
    ) throws(LogError) -> ReadRun {
        if let edge = stream.edge, start < edge.origin.position {
            let visibleStart = stream.withLock { $0.visibleStart }
            guard start >= visibleStart else { throw .trimmed(earliest: visibleStart) }
        }
        return try readThrough(
            stream, from: start, maxBytes: maxBytes, through: lsn, blocking: blocking,
            isForFork: false)
    }

    /// The same; `isForFork` when a fork reads, from which a trim hides nothing.
    private func readThrough(
        _ stream: LogStream, from start: StreamPosition, maxBytes: Int, through lsn: LSN,
        blocking: Bool, isForFork: Bool
    ) throws(LogError) -> ReadRun {
        guard let edge = stream.edge, start < edge.origin.position else {
            return try readOwn(
                stream, from: start, maxBytes: maxBytes, through: lsn, blocking: blocking,
                isForFork: isForFork)
        }
        let border = edge.origin.position
        guard start.byte <= border.byte else { throw .notABoundary(position: start) }
        var runs = try readPrefix(
            of: edge, from: start, maxBytes: maxBytes, through: lsn, blocking: blocking)
        let rest = maxBytes - runs.reduce(0) { $0 + $1.byteCount }
        if let last = runs.last, last.end == border {
            var own = try readOwn(
                stream, from: border, maxBytes: max(0, rest), through: lsn, blocking: blocking,
                isForFork: true)
            if own.byteCount <= max(0, rest) {
                own.earlier = runs
                return own
            }
        }
        guard var page = runs.popLast() else { return try missingSource(of: stream) }
        page.earlier = runs
        page.reachesTail = false
        return page
    }

    /// The records of the sources from `start` on, up to the fork's own: as many as `maxBytes`
    /// allows, at least one.
    private func readPrefix(
        of edge: ForkEdge, from start: StreamPosition, maxBytes: Int, through lsn: LSN,
        blocking: Bool
    ) throws(LogError) -> [ReadRun] {
        guard let source = edge.source else { throw .unknownStream }
        let border = edge.origin.position
        var runs: [ReadRun] = []
        var next = start
        while next < border {
            let rest = maxBytes - Int(next.byte - start.byte)
            guard rest > 0 || runs.isEmpty else { break }
            var run = try readThrough(
                source, from: next, maxBytes: min(rest, Int(border.byte - next.byte)),
                through: lsn, blocking: blocking, isForFork: true)
            guard run.byteCount <= rest || runs.isEmpty else { break }
            guard run.end > next, run.end.byte <= border.byte else {
                throw .notABoundary(position: start)
            }
            next = run.end
            // Behind the border only records without bytes, which are not the fork's.
            if next > border { (next, run.end) = (border, border) }
            runs += run.earlier
            run.earlier = []
            runs.append(run)
        }
        return runs
    }

    private func missingSource(of stream: LogStream) throws(LogError) -> ReadRun {
        throw .corruption(
            file: "the journal", byte: 0, count: 0,
            detail: "the records that stream \(stream.id) has of its source are not there")
    }

    /// Walks over the records of `stream` as `walkOwn` does, those of its sources included: each
    /// has the hash of the chain it is in.
    func walk(
        _ stream: LogStream, from start: StreamPosition, to end: StreamPosition, through lsn: LSN,
        check: ReadCheck, _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) {
        guard let edge = stream.edge, start < edge.origin.position else {
            try walkOwn(stream, from: start, to: end, through: lsn, check: check, body)
            return
        }
        guard let source = edge.source else { throw .unknownStream }
        let border = edge.origin.position
        try walk(source, from: start, to: min(end, border), through: lsn, check: check) {
            (record) throws(LogError) in
            if record.position < border { try body(record) }
        }
        guard end > border else { return }
        try walkOwn(stream, from: border, to: end, through: lsn, check: check, body)
    }
}
