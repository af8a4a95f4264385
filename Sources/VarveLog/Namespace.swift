import VarvePlatform

/// All streams by name: creating, deleting, finding, listing.
///
/// Thread rule: `create` and `delete` only inside `EventLog.withNamespace`, which orders them and
/// comes before any stream's lock; the rest from anywhere. A stream is published when it is
/// complete, with the upper layer's state object.
package struct Namespace: Sendable {
    let directory: StreamDirectory
    let stager: Stager
    let random: any RandomSource

    /// The stream of that name, whether its creation is durable or not. O(1).
    package func find(_ name: UnsafeRawBufferPointer) -> LogStream? {
        directory.find(name)
    }

    /// The number of streams.
    package var count: Int { directory.count }

    /// The LSN of the last deletion: "there is no such stream" may be said once this is durable.
    package var lastDeletion: LSN { directory.lastDeletion }

    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, by name.
    package func list(
        prefix: UnsafeRawBufferPointer, after: UnsafeRawBufferPointer?, limit: Int
    ) -> [LogStream] {
        directory.list(prefix: prefix, after: after, limit: limit)
    }

    /// Stages the creation of a stream, with its first records if `mutation` has some.
    ///
    /// - Parameter attach: makes the upper layer's state object, before anybody else sees the
    ///   stream.
    /// - Throws: `alreadyExists`, `limitExceeded`, and what staging throws; nothing changed then.
    package func create(
        _ name: UnsafeRawBufferPointer, _ mutation: Mutation,
        attach: (LogStream, LSN) -> AnyObject? = { _, _ in nil }
    ) throws(LogError) -> (stream: LogStream, lsn: LSN) {
        guard name.count >= 1, name.count <= Format.nameBytesMax else {
            throw .limitExceeded(
                name: "name bytes", limit: Format.nameBytesMax, actual: name.count)
        }
        if directory.find(name) != nil { throw .alreadyExists }
        var mutation = mutation
        mutation.isStructural = true
        let incarnation = Incarnation(from: random)
        var state = LogStreamState(head: Chain.genesis(incarnation, name: name))
        let range = try stager.stage(
            mutation,
            Stager.Target(kind: .create, stream: nil, incarnation: incarnation, name: name),
            on: &state)
        let stream = LogStream(
            id: StreamID(rawValue: range.lowerBound), incarnation: incarnation, name: name,
            state: state)
        let lsn = LSN(range.upperBound)
        stream.attach(attach(stream, lsn))
        directory.insert(stream)
        return (stream, lsn)
    }

    /// Stages the deletion of a stream whose lock the caller holds; its name is free at once.
    package func delete(
        _ stream: LogStream, _ mutation: Mutation, on state: inout LogStreamState
    ) throws(LogError) -> LSN {
        precondition(mutation.records.isEmpty, "a deletion has no records")
        var mutation = mutation
        mutation.isStructural = true
        let range = try stager.stage(
            mutation,
            Stager.Target(
                kind: .delete, stream: stream.id.rawValue, incarnation: stream.incarnation),
            on: &state)
        directory.remove(stream, at: range.upperBound)
        return LSN(range.upperBound)
    }

    /// The same, taking the stream's lock.
    package func delete(_ stream: LogStream, _ mutation: Mutation) throws(LogError) -> LSN {
        try stream.withLock { (state) throws(LogError) in
            try delete(stream, mutation, on: &state)
        }
    }
}
