import VarveLog

extension StreamEngine {
    /// Creates a stream, with its first content, or finds that it is there as asked for.
    ///
    /// A stream of that name whose time is over is deleted first, under the same lock. Throws
    /// `configMismatch` for one that differs, and what bodies, names and quotas can be refused for.
    package func create(_ command: CreateCommand) throws(StreamRefusal) -> CreateOutcome {
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
        let contentType = contentTypes.intern(command.contentType)
        return try withPreparedBody(
            command.content, of: contentType, closes: command.isClosed, acceptsEmptyArray: true
        ) { (body) throws(StreamRefusal) -> CreateOutcome in
            try log.withNamespace { (namespace) throws(StreamRefusal) -> CreateOutcome in
                if let existing = namespace.find(command.name),
                    let outcome = try meet(existing, namespace, command, contentType, now)
                {
                    return outcome
                }
                return try createNew(command, contentType, body, namespace, now)
            }
        }
    }

    /// The outcome for a name that has a stream; nil when its time was over and it is gone now.
    private func meet(
        _ existing: LogStream, _ namespace: Namespace, _ command: CreateCommand,
        _ contentType: ContentType, _ now: UInt64
    ) throws(StreamRefusal) -> CreateOutcome? {
        try existing.withLock { (logState) throws(StreamRefusal) -> CreateOutcome? in
            let stream = Stream(existing)
            let state = stream.cell.state
            if state.isOver(at: now) {
                _ = try remove(stream, &logState, from: namespace, .expired, now)
                return nil
            }
            guard stream.contentType.matches(contentType), state.lifetime == command.lifetime,
                logState.isClosed == command.isClosed
            else { throw StreamRefusal(.configMismatch, visibleAt: logState.lastLSN) }
            return CreateOutcome(
                kind: .existing, stream: stream, tail: logState.tail, isClosed: logState.isClosed,
                contentType: stream.contentType, visibleAt: logState.lastLSN)
        }
    }

    private func createNew(
        _ command: CreateCommand, _ contentType: ContentType, _ body: PreparedBody,
        _ namespace: Namespace, _ now: UInt64
    ) throws(StreamRefusal) -> CreateOutcome {
        if let fault = body.fault {
            throw StreamRefusal(fault, visibleAt: namespace.lastDeletion)
        }
        let creation = StreamEvent.Creation(
            contentType: contentType.bytes, lifetime: command.lifetime,
            lifetimeText: command.lifetimeText, isClosed: command.isClosed)
        let cell = StreamCell(creation, contentType: contentType, now: now)
        try reserve(body.storedBytes, behind: 0, visibleAt: namespace.lastDeletion)
        let stream: Stream
        let lsn: LSN
        do {
            (stream, lsn) = try Self.withAnnotation(.create(creation)) {
                (annotation) throws(LogError) -> (Stream, LSN) in
                let mutation = Mutation(
                    annotation: annotation, records: body.records, separator: body.separator,
                    isStructural: true, wallMilliseconds: now)
                let (created, lsn) = try namespace.create(command.name, mutation) { _, _ in cell }
                return (Stream(created), lsn)
            }
        } catch {
            quota.release(body.storedBytes)
            throw StreamRefusal(.log(error))
        }
        if let expiry = cell.state.expiry {
            expiries.add(
                ExpiryIndex.Entry(visit: expiry.nextVisit, stream: stream, expiry: expiry))
        }
        return CreateOutcome(
            kind: .created, stream: stream, tail: stream.log.withLock { $0.tail },
            isClosed: command.isClosed, contentType: contentType, visibleAt: lsn)
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
