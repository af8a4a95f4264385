import VarvePlatform

/// All streams by name: creating, deleting, finding those that are in memory.
///
/// Thread rule: `create` and `delete` only inside `EventLog.withNamespace`, which orders them and
/// comes before any stream's lock; the rest from anywhere. A stream is published when it is
/// complete, with the upper layer's state object.
package struct Namespace: Sendable {
    let directory: StreamDirectory
    let loader: StreamLoader
    let stager: Stager
    let random: any RandomSource

    /// The stream that the probed name has by now, whether its creation is durable or not.
    ///
    /// Never waits for a disk. Throws `wouldBlock` when the probe is too old to tell: it must be
    /// made anew.
    package func find(
        _ name: UnsafeRawBufferPointer, after probe: NameProbe
    ) throws(LogError) -> LogStream? {
        if let stream = directory.find(name) { return stream }
        // A name that had no stream can only have got one that has been evicted since.
        guard probe.evictions != directory.evictions else { return nil }
        if try loader.settledStream(named: name, blocking: false) != nil { throw .wouldBlock }
        return nil
    }

    /// True when forks of `stream` live.
    package func hasForks(_ stream: LogStream) -> Bool { directory.forkCount(of: stream.id) > 0 }

    /// The number of streams, in memory or not.
    package var count: Int { directory.count }

    /// The number of streams in memory.
    package var residentCount: Int { directory.residentCount }

    /// How many streams were brought into memory.
    package var loads: UInt64 { directory.loads }

    /// How many streams left memory.
    package var evictions: UInt64 { directory.evictions }

    /// The LSN of the last deletion: "there is no such stream" may be said once this is durable.
    package var lastDeletion: LSN { directory.lastDeletion }

    /// Stages the creation of a stream, with its first records if `mutation` has some.
    ///
    /// - Parameters:
    ///   - isFree: whether `find` has just said so, inside the same `withNamespace`; unless, the
    ///     disk may be waited for here.
    ///   - point: where in another stream it begins, for a fork.
    ///   - attach: makes the upper layer's state object, before anybody else sees the stream.
    /// - Throws: `alreadyExists`, `limitExceeded`, `unknownStream` or `trimmed` when the source was
    ///   deleted or trimmed since, and what staging throws; nothing changed then.
    package func create(
        _ name: UnsafeRawBufferPointer, _ mutation: Mutation, isFree: Bool = false,
        at point: ForkPoint? = nil,
        attach: (LogStream, LSN) -> AnyObject? = { _, _ in nil }
    ) throws(LogError) -> (stream: LogStream, lsn: LSN) {
        guard name.count >= 1, name.count <= Format.nameBytesMax else {
            throw .limitExceeded(
                name: "name bytes", limit: Format.nameBytesMax, actual: name.count)
        }
        // Nothing but a creation gives a name a stream.
        let existing = isFree ? directory.find(name) : try loader.find(name, blocking: true)
        if existing != nil { throw .alreadyExists }
        let edge = try point.map { (point) throws(LogError) in try self.edge(to: point) }
        var mutation = mutation
        mutation.isStructural = true
        mutation.visible = point?.source.withLock { $0.visible }
        let incarnation = Incarnation(from: random)
        let origin = edge?.origin
        let genesis =
            origin.map { Chain.genesis(incarnation, name: name, forkOf: $0) }
            ?? Chain.genesis(incarnation, name: name)
        var state = LogStreamState(head: genesis, start: origin?.position ?? .start)
        let target = Stager.Target(
            kind: origin == nil ? .create : .fork, stream: nil, incarnation: incarnation,
            origin: origin, name: name)
        let range = try Self.withTrimRecord(mutation) { (mutation) throws(LogError) in
            try stager.stage(mutation, target, on: &state)
        }
        let stream = LogStream(
            id: StreamID(rawValue: range.lowerBound), incarnation: incarnation, name: name,
            edge: edge, encoding: mutation.encoding, state: state)
        let lsn = LSN(range.upperBound)
        stream.attach(attach(stream, lsn))
        directory.insert(stream)
        return (stream, lsn)
    }

    /// Calls `body` with `mutation`, before whose records that of the trim comes that it names.
    private static func withTrimRecord<R>(
        _ mutation: Mutation, _ body: (Mutation) throws(LogError) -> R
    ) throws(LogError) -> R {
        guard let visible = mutation.visible else { return try body(mutation) }
        let records = [RecordBytes(trimTo: visible)] + Array(mutation.records)
        return try records.withUnsafeBufferPointer { (records) throws(LogError) in
            var mutation = mutation
            mutation.records = records
            return try body(mutation)
        }
    }

    /// Stages a trim of a stream whose lock the caller holds, with the annotation and time of
    /// `mutation`, which names the place, from `EventLog.trimPoint`. The caller applies it.
    ///
    /// Here, under the namespace's lock, because a fork must find in its source what it begins
    /// with.
    /// - Returns: its LSN; nil when there is nothing to do any more.
    package func trim(
        _ stream: LogStream, _ mutation: Mutation, on state: inout LogStreamState
    ) throws(LogError) -> LSN? {
        if state.isDeleted || state.isRetired { throw .unknownStream }
        guard let visible = mutation.visible, state.canBegin(at: visible.position) else {
            return nil
        }
        var mutation = mutation
        mutation.isStructural = true
        let target = Stager.Target(
            kind: .append, stream: stream.id.rawValue, incarnation: stream.incarnation)
        return try Self.withTrimRecord(mutation) { (mutation) throws(LogError) in
            LSN(try stager.stage(mutation, target, on: &state).upperBound)
        }
    }

    /// The edge of a new fork that begins at `point`.
    private func edge(to point: ForkPoint) throws(LogError) -> ForkEdge {
        let (isGone, visibleStart) = point.source.withLock {
            ($0.isDeleted || $0.isRetired, $0.visibleStart)
        }
        if isGone { throw .unknownStream }
        guard point.origin.position >= visibleStart else {
            throw .trimmed(earliest: visibleStart)
        }
        let edge = ForkEdge(point.origin, source: point.source)
        guard edge.depth <= ForkOrigin.depthMax else {
            throw .limitExceeded(
                name: ForkOrigin.depthLimit, limit: ForkOrigin.depthMax, actual: edge.depth)
        }
        let count = directory.forkCount(of: point.source.id)
        guard count < ForkOrigin.forksMax else {
            throw .limitExceeded(
                name: ForkOrigin.countLimit, limit: ForkOrigin.forksMax, actual: count + 1)
        }
        return edge
    }

    /// Stages the deletion of a stream whose lock the caller holds; its name is free at once.
    ///
    /// A stream of which forks live is only retired. With the last fork of a retired stream, that
    /// stream goes as well, and so on: one frame says so of all.
    package func delete(
        _ stream: LogStream, _ mutation: Mutation, on state: inout LogStreamState
    ) throws(LogError) -> StreamRemoval {
        precondition(mutation.records.isEmpty, "a deletion has no records")
        var mutation = mutation
        mutation.isStructural = true
        let isRetired = hasForks(stream)
        let released = isRetired ? [] : releasedSources(of: stream)
        let ids = released.map { $0.id.rawValue.littleEndian }
        let range = try ids.withUnsafeBufferPointer { (ids) throws(LogError) in
            try stager.stage(
                mutation,
                Stager.Target(
                    kind: isRetired ? .retire : .delete, stream: stream.id.rawValue,
                    incarnation: stream.incarnation, name: UnsafeRawBufferPointer(ids)),
                on: &state)
        }
        let lsn = range.upperBound
        if !isRetired { directory.remove(stream, at: lsn) }
        for source in released {
            source.withLock { $0.markDeleted(lsn: lsn) }
            directory.remove(source, at: lsn)
        }
        return StreamRemoval(lsn: LSN(lsn), isRetired: isRetired, released: released)
    }

    /// The retired streams that have no fork but `stream`, or one of themselves, nearest first.
    ///
    /// Their locks are taken while that of `stream` is held, against the order of ids: nobody else
    /// holds two, and whoever would is behind the namespace's lock.
    private func releasedSources(of stream: LogStream) -> [LogStream] {
        var released: [LogStream] = []
        var next = stream.edge?.source
        while let source = next, directory.forkCount(of: source.id) == 1,
            source.withLock({ $0.isRetired })
        {
            released.append(source)
            next = source.edge?.source
        }
        return released
    }

    /// The same, taking the stream's lock.
    package func delete(
        _ stream: LogStream, _ mutation: Mutation
    ) throws(LogError) -> StreamRemoval {
        try stream.withLock { (state) throws(LogError) in
            try delete(stream, mutation, on: &state)
        }
    }
}
