import VarveLog

extension StreamEngine {
    /// Creates a fork, with its first content, or finds that it is there as asked for.
    ///
    /// What exists under the name is looked at first: a request that is sent again succeeds,
    /// whatever has become of the source.
    ///
    /// - Parameter blocking: whether to wait for the disk; only the tail of an open stream can
    ///   always be forked without.
    func createFork(
        _ command: CreateCommand, of fork: ForkCommand, _ now: UInt64, blocking: Bool
    ) throws(StreamRefusal) -> CreateOutcome {
        let existing = try withNamespace(finding: command.name, blocking: blocking) {
            (namespace, found) throws(StreamRefusal) -> CreateOutcome? in
            guard let found else { return nil }
            return try meet(found, namespace, command, now)
        }
        if let existing { return existing }
        let source = try forkSource(fork.source, now, blocking: blocking)
        let contentType = command.contentType.map { contentTypes.intern($0) } ?? source.contentType
        guard contentType.matches(source.contentType) else {
            throw StreamRefusal(
                .contentTypeMismatch, visibleAt: source.log.withLock { $0.lastLSN })
        }
        let point = try forkPoint(of: source, fork, blocking: blocking)
        let expiry = source.log.withLock { _ in source.cell.state.expiry }
        return try (expiry?.text ?? []).withUnsafeBufferPointer {
            (text) throws(StreamRefusal) -> CreateOutcome in
            var command = command
            if command.lifetime == .unlimited, let expiry {
                command.lifetime = expiry.lifetime
                command.lifetimeText = UnsafeRawBufferPointer(text)
            }
            return try create(
                command, contentType, now, at: point,
                ForkRequest(anchor: point.anchor, subOffset: fork.subOffset), blocking: blocking)
        }
    }

    /// The stream to be forked.
    private func forkSource(
        _ name: UnsafeRawBufferPointer, _ now: UInt64, blocking: Bool
    ) throws(StreamRefusal) -> Stream {
        guard let source = try find(name, blocking: blocking) else {
            throw StreamRefusal(.forkSourceNotFound, visibleAt: absence().visibleAt)
        }
        try source.log.withLock { (logState) throws(StreamRefusal) in
            do throws(StreamRefusal) {
                try requireAlive(source, logState, now)
            } catch {
                throw Self.sourceRefusal(error)
            }
        }
        return source
    }

    /// Where the fork begins.
    private func forkPoint(
        of source: Stream, _ fork: ForkCommand, blocking: Bool
    ) throws(StreamRefusal) -> ForkPoint {
        let cut: ForkPoint.Cut =
            switch fork.subOffset {
            case 0: .none
            case let count: source.contentType.isJSON ? .records(count) : .bytes(count)
            }
        do {
            return try log.forkPoint(of: source.log, at: fork.offset, cut: cut, blocking: blocking)
        } catch {
            let (tail, visibleAt) = source.log.withLock { ($0.tail, $0.lastLSN) }
            let isCut = cut != .none && fork.offset.map { $0 <= tail } ?? true
            switch error {
            case .unknownStream: throw StreamRefusal(.forkSourceNotFound, visibleAt: visibleAt)
            case .offTheEnd where isCut:
                throw StreamRefusal(.forkSubOffsetBeyondData, visibleAt: visibleAt)
            case .offTheEnd: throw StreamRefusal(.offsetBeyondTail, visibleAt: visibleAt)
            case .notABoundary: throw StreamRefusal(.offsetNotABoundary, visibleAt: visibleAt)
            case .trimmed(let earliest):
                throw StreamRefusal(.trimmed, visibleAt: visibleAt, earliestOffset: earliest)
            default: throw StreamRefusal(.log(error), visibleAt: visibleAt)
            }
        }
    }

    /// What a refusal to use a stream is when it was to be forked.
    private static func sourceRefusal(_ refusal: StreamRefusal) -> StreamRefusal {
        var refusal = refusal
        refusal.error = refusal.error == .deleted ? .forkSourceDeleted : .forkSourceNotFound
        return refusal
    }

    /// Whether the stream `existing`, which is what `command` asks for otherwise, is the fork it
    /// asks for, if any.
    func isFork(
        _ existing: Stream, as command: CreateCommand
    ) -> Bool {
        guard let edge = existing.log.edge, let fork = command.fork else {
            return existing.log.edge == nil && command.fork == nil
        }
        guard let request = existing.cell.state.fork, let source = edge.source else { return false }
        return source.nameBytes.elementsEqual(fork.source)
            && request.anchor == fork.offset ?? request.anchor
            && request.subOffset == fork.subOffset
    }

    /// Refuses a stream that nobody may use: it is gone, or there for its forks only.
    ///
    /// A source whose time is over counts as deleted, though that was not journalled yet. Under the
    /// stream's lock.
    func requireAlive(
        _ stream: Stream, _ logState: borrowing LogStreamState, _ now: UInt64
    ) throws(StreamRefusal) {
        if logState.isDeleted {
            throw StreamRefusal(.notFound, visibleAt: logState.lastLSN)
        }
        if logState.isRetired { throw StreamRefusal(.deleted, visibleAt: logState.lastLSN) }
        guard stream.cell.state.isOver(at: now) else { return }
        let isKept = log.namespace.hasForks(stream.log)
        // The last fork may have come or gone just now.
        throw StreamRefusal(isKept ? .deleted : .notFound, visibleAt: log.staged)
    }
}
