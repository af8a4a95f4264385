import VarveLog

extension StreamEngine {
    /// Creates a stream, with its first content, or finds that it is there as asked for.
    ///
    /// A stream of that name whose time is over is deleted first, under the same lock. Throws
    /// `configMismatch` for one that differs, `nameHeld` for one that only its forks keep, and what
    /// forks, bodies, names and quotas can be refused for.
    ///
    /// - Parameter blocking: whether to wait for the disk, for a stream of that name that nobody
    ///   used for long, or for what a fork needs; unless, `log(.wouldBlock)` may be thrown.
    package func create(
        _ command: CreateCommand, blocking: Bool = false
    ) throws(StreamRefusal) -> CreateOutcome {
        if let fault = StreamName.fault(in: command.name) {
            throw StreamRefusal(.invalidName(fault))
        }
        if let type = command.contentType, type.count > ContentType.bytesMax {
            throw StreamRefusal(.contentTypeTooLong)
        }
        let now = time.now()
        if case .absolute(let moment) = command.lifetime, moment <= now {
            throw StreamRefusal(.expiryInThePast)
        }
        if let fork = command.fork {
            return try createFork(command, of: fork, now, blocking: blocking)
        }
        return try create(
            command, contentTypes.intern(command.contentType), now, blocking: blocking)
    }

    /// The same, its content type and its place in another stream found.
    func create(
        _ command: CreateCommand, _ contentType: ContentType, _ now: UInt64,
        at point: ForkPoint? = nil, _ fork: ForkRequest? = nil, blocking: Bool
    ) throws(StreamRefusal) -> CreateOutcome {
        try withPreparedBody(
            command.content, of: contentType, closes: command.isClosed, acceptsEmptyArray: true
        ) { (body) throws(StreamRefusal) -> CreateOutcome in
            try withNamespace(finding: command.name, blocking: blocking) {
                (namespace, existing) throws(StreamRefusal) -> CreateOutcome in
                if let existing, let outcome = try meet(existing, namespace, command, now) {
                    return outcome
                }
                let creation = StreamEvent.Creation(
                    contentType: contentType.bytes, lifetime: command.lifetime,
                    lifetimeText: command.lifetimeText, isClosed: command.isClosed, fork: fork,
                    retention: command.retention)
                let encoding =
                    command.compression ?? point?.source.encoding ?? options.compression
                guard let piece = point?.piece, !piece.isEmpty, body.fault == nil else {
                    return try createNew(
                        command.name, creation, contentType, body, encoding, at: point, namespace,
                        now)
                }
                return try piece.withUnsafeBufferPointer {
                    (piece) throws(StreamRefusal) -> CreateOutcome in
                    let records =
                        [RecordBytes(UnsafeRawBufferPointer(piece))] + Array(body.records)
                    return try records.withUnsafeBufferPointer {
                        (records) throws(StreamRefusal) -> CreateOutcome in
                        let body = PreparedBody(records, separator: body.separator)
                        return try createNew(
                            command.name, creation, contentType, body, encoding, at: point,
                            namespace, now)
                    }
                }
            }
        }
    }

    /// The outcome for a name that has a stream; nil when its time was over and it is gone now.
    func meet(
        _ existing: LogStream, _ namespace: Namespace, _ command: CreateCommand, _ now: UInt64
    ) throws(StreamRefusal) -> CreateOutcome? {
        var lifetime = command.lifetime
        if lifetime == .unlimited, let source = existing.edge?.source {
            lifetime = source.withLock { _ in Stream(source).cell.state.lifetime }
        }
        return try existing.withLock { (logState) throws(StreamRefusal) -> CreateOutcome? in
            let stream = Stream(existing)
            let state = stream.cell.state
            if logState.isRetired {
                throw StreamRefusal(.nameHeld, visibleAt: logState.lastLSN)
            }
            if state.isOver(at: now) {
                let removal = try remove(stream, &logState, from: namespace, .expired, now)
                if removal.isRetired { throw StreamRefusal(.nameHeld, visibleAt: removal.lsn) }
                return nil
            }
            guard isFork(stream, as: command), hasType(stream, command),
                state.lifetime == lifetime, logState.isClosed == command.isClosed,
                state.retention?.policy ?? .everything == command.retention,
                command.compression ?? existing.encoding == existing.encoding
            else { throw StreamRefusal(.configMismatch, visibleAt: logState.lastLSN) }
            return CreateOutcome(
                kind: .existing, stream: stream, tail: logState.tail, isClosed: logState.isClosed,
                contentType: stream.contentType, visibleAt: logState.lastLSN)
        }
    }

    /// Whether the content type that `command` asks for is the stream's; a fork need not name it.
    private func hasType(_ stream: Stream, _ command: CreateCommand) -> Bool {
        if command.fork != nil, command.contentType == nil { return true }
        return stream.contentType.matches(contentTypes.intern(command.contentType))
    }

    private func createNew(
        _ name: UnsafeRawBufferPointer, _ creation: StreamEvent.Creation,
        _ contentType: ContentType, _ body: PreparedBody, _ encoding: RunEncoding,
        at point: ForkPoint?,
        _ namespace: Namespace, _ now: UInt64
    ) throws(StreamRefusal) -> CreateOutcome {
        if let fault = body.fault {
            throw StreamRefusal(fault, visibleAt: namespace.lastDeletion)
        }
        let cell = StreamCell(creation, contentType: contentType, now: now)
        try reserve(body.storedBytes, behind: 0, visibleAt: namespace.lastDeletion)
        let stream: Stream
        let lsn: LSN
        do {
            (stream, lsn) = try Self.withAnnotation(.create(creation)) {
                (annotation) throws(LogError) -> (Stream, LSN) in
                let mutation = Mutation(
                    annotation: annotation, records: body.records, separator: body.separator,
                    isStructural: true, encoding: encoding, wallMilliseconds: now)
                let (created, lsn) = try namespace.create(
                    name, mutation, isFree: true, at: point
                ) { stream, _ in
                    let (start, tail) = stream.withLock { ($0.visibleStart, $0.tail) }
                    cell.state.applyRecords(at: now, from: start, to: tail)
                    return cell
                }
                return (Stream(created), lsn)
            }
        } catch {
            quota.release(body.storedBytes)
            throw Self.creationRefusal(error, of: point, namespace)
        }
        if cell.state.retention != nil {
            stream.log.withLock { retentions.schedule(stream, $0) }
        }
        if let expiry = cell.state.expiry {
            expiries.add(
                ExpiryIndex.Entry(moment: expiry.nextVisit, stream: stream.id, expiry: expiry))
        }
        return CreateOutcome(
            kind: .created, stream: stream, tail: stream.log.withLock { $0.tail },
            isClosed: creation.isClosed, contentType: contentType, visibleAt: lsn)
    }

    /// The refusal for what the log did not create.
    private static func creationRefusal(
        _ error: LogError, of point: ForkPoint?, _ namespace: Namespace
    ) -> StreamRefusal {
        guard let point else { return StreamRefusal(.log(error)) }
        let visibleAt = point.source.withLock { $0.lastLSN }
        switch error {
        // Deleted since it was looked at.
        case .unknownStream:
            let isKept = namespace.hasForks(point.source)
            return StreamRefusal(
                isKept ? .forkSourceDeleted : .forkSourceNotFound, visibleAt: visibleAt)
        case .trimmed(let earliest):
            return StreamRefusal(.trimmed, visibleAt: visibleAt, earliestOffset: earliest)
        case .limitExceeded(ForkOrigin.depthLimit, let limit, _),
            .limitExceeded(ForkOrigin.countLimit, let limit, _):
            return StreamRefusal(.forkLimit(limit), visibleAt: visibleAt)
        default: return StreamRefusal(.log(error))
        }
    }

    /// Takes bytes from the quotas for a stream that has `existing` bytes.
    func reserve(
        _ count: UInt64, behind existing: UInt64, visibleAt: LSN
    ) throws(StreamRefusal) {
        if let limit = options.maxStreamBytes, existing + count > limit, count > 0 {
            throw StreamRefusal(.streamQuota(limit: limit), visibleAt: visibleAt)
        }
        guard count == 0 || quota.reserve(count) else {
            throw StreamRefusal(.totalQuota(limit: quota.limit ?? 0), visibleAt: visibleAt)
        }
    }

    /// Calls `body` with the encoding of `event`, on the stack.
    static func withAnnotation<R, E: Error>(
        _ event: StreamEvent, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try withUnsafeTemporaryAllocation(
            byteCount: StreamEventCoding.bytesMax, alignment: 8
        ) { (room) throws(E) -> R in
            try body(StreamEventCoding.encode(event, into: room))
        }
    }
}
