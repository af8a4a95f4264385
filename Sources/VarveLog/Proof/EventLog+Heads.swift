import VarvePlatform

// The chain's head at a place, and signing it.

extension EventLog {
    /// Has every segment signed that is written from now on.
    public func signSegments(with signer: HeadSigner) {
        cutSigner.current = signer
    }

    /// The chain's head of `stream` at its tail, if that is known without a disk and all of it is
    /// on stable storage; else nil.
    package func headAtTail(of stream: LogStream) throws(LogError) -> ChainPlace? {
        let lsn = synced
        return try stream.withLock { (state) throws(LogError) in
            if state.isDeleted { throw .unknownStream }
            guard state.lastLSN <= lsn else { return nil }
            return ChainPlace(position: state.tail, head: state.head, isClosed: state.isClosed)
        }
    }

    /// The chain's head of `stream` at a boundary between records; without one, at its tail.
    ///
    /// Only of what is on stable storage: what a power loss could take back is synced first. Reads
    /// from the nearest checkpoint, or stored head, before the place on: at most what lies between
    /// two checkpoints, or one append. Waits for disks.
    ///
    /// - Throws: `offTheEnd`, `notABoundary`, `beforeChain` (a fork's place in its source),
    ///   `trimmed`, `unknownStream` (deleted), `chainBroken`, `corruption`, `poisoned`, `io`.
    public func chainPlace(
        of stream: LogStream, at position: StreamPosition? = nil
    ) throws(LogError) -> ChainPlace {
        let visible = max(durable, stream.withLock { $0.structuralLSN })
        if synced < visible { try waitUntilSynced(visible) }
        if let tail = try headAtTail(of: stream), position == nil || position == tail.position {
            return tail
        }
        let lsn = synced
        let place = position ?? stream.withLock { $0.durableTail(at: lsn) }
        guard place >= stream.start else {
            throw .beforeChain(position: place, start: stream.start)
        }
        // Throws what is wrong with the place.
        _ = try readOwn(
            stream, from: place, maxBytes: 0, through: lsn, blocking: true,
            isForFork: false)
        var head: ChainHash?
        var isClosed = false
        let beginning = try walkOwn(
            stream, from: place, to: place, through: lsn, check: .nearest
        ) { record in
            guard record.position.record < place.record || !record.kind.takesNumber,
                record.position.record <= place.record
            else { return }
            head = record.chainHash
            if record.kind == .close { isClosed = true }
        }
        return ChainPlace(
            position: place, head: head ?? beginning ?? stream.genesis, isClosed: isClosed)
    }

    /// The signed head of `stream` at a boundary between records; without one, at its tail.
    ///
    /// - Throws: what `chainPlace` throws; `io` when the cryptographic library fails.
    public func signedHead(
        of stream: LogStream, at position: StreamPosition? = nil, by signer: HeadSigner
    ) throws(LogError) -> SignedHead {
        let place = try chainPlace(of: stream, at: position)
        return try sign(place, of: stream, by: signer)
    }

    /// Signs what `chainPlace` or `headAtTail` gave.
    package func sign(
        _ place: ChainPlace, of stream: LogStream, by signer: HeadSigner
    ) throws(LogError) -> SignedHead {
        do throws(ProofError) {
            return try signer.sign(
                SignedHead.Statement(
                    stream: stream.id, incarnation: stream.incarnation,
                    name: Array(stream.nameBytes), position: place.position, head: place.head,
                    isClosed: place.isClosed, wallMilliseconds: clock.wallMilliseconds()))
        } catch {
            throw .io(message: error.description)
        }
    }
}
