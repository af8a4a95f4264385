/// A place in a stream where a fork of it may begin, found and checked.
///
/// It stays right as long as the stream is not deleted: records never change.
package struct ForkPoint: Sendable {
    /// How far behind the place asked for the fork begins.
    package enum Cut: Equatable, Sendable {
        /// Just there.
        case none
        /// So many records behind it.
        case records(UInt64)
        /// So many bytes behind it, within the record that begins there.
        case bytes(UInt64)
    }

    /// The stream.
    package let source: LogStream
    /// The place asked for; the tail of that moment when none was.
    package let anchor: StreamPosition
    /// Where the fork begins, and what the source is there.
    package let origin: ForkOrigin
    /// The front of a record that the cut goes through: the fork's first record. Empty without.
    package let piece: [UInt8]
}

extension EventLog {
    /// Finds where a fork of `source` begins that was asked for at `anchor`, or at the tail.
    ///
    /// - Parameter blocking: whether to wait for a disk. Only the tail of an open stream never
    ///   needs one.
    /// - Throws: `unknownStream`, `trimmed`, `offTheEnd` (of the stream, or of the record to be
    ///   cut), `notABoundary`, `wouldBlock` if not `blocking`.
    package func forkPoint(
        of source: LogStream, at anchor: StreamPosition?, cut: ForkPoint.Cut, blocking: Bool
    ) throws(LogError) -> ForkPoint {
        let now = source.withLock {
            ($0.tail, $0.dataHead, $0.visibleStart, $0.isDeleted || $0.isRetired)
        }
        let (tail, head, visibleStart, isGone) = now
        if isGone { throw .unknownStream }
        let anchor = anchor ?? tail
        guard anchor >= visibleStart else { throw .trimmed(earliest: visibleStart) }
        guard anchor <= tail else { throw .offTheEnd(position: anchor, tail: tail) }
        if anchor != tail {
            _ = try read(
                source, from: anchor, maxBytes: 0, through: .everything, blocking: blocking)
        }
        guard blocking || anchor == tail && cut == .none && head != nil else { throw .wouldBlock }
        let (position, piece) = try place(cut, in: source, behind: anchor, tail: tail)
        let sourceHead: ChainHash
        if position == tail, let head {
            sourceHead = head
        } else {
            sourceHead = try self.head(of: source, at: position)
        }
        return ForkPoint(
            source: source, anchor: anchor,
            origin: ForkOrigin(
                source: source.id, sourceIncarnation: source.incarnation, position: position,
                sourceHead: sourceHead),
            piece: piece)
    }

    /// Where a cut behind `anchor` is, and the piece of the record that it goes through.
    private func place(
        _ cut: ForkPoint.Cut, in source: LogStream, behind anchor: StreamPosition,
        tail: StreamPosition
    ) throws(LogError) -> (StreamPosition, piece: [UInt8]) {
        switch cut {
        case .none, .records(0), .bytes(0): return (anchor, [])
        case .records(let count):
            guard count <= tail.record - anchor.record else {
                throw .offTheEnd(position: anchor, tail: tail)
            }
            let number = anchor.record + count
            if number == tail.record { return (tail, []) }
            let record = try record(number, of: source, near: anchor)
            return (record.position, [])
        case .bytes(let count):
            guard anchor < tail else { throw .offTheEnd(position: anchor, tail: tail) }
            let record = try record(anchor.record, of: source, near: anchor)
            guard count <= record.payload.count else {
                throw .offTheEnd(position: anchor, tail: tail)
            }
            guard count == record.payload.count else {
                return (anchor, Array(record.payload.prefix(Int(count))))
            }
            let whole = try read(
                source, from: anchor, maxBytes: 0, through: .everything, blocking: true)
            return (whole.end, [])
        }
    }

    /// The head of the chain of `stream`, or of the source below it, that has the last record
    /// before `position`, behind that record; the genesis where the stream's own records begin.
    func head(
        of stream: LogStream, at position: StreamPosition
    ) throws(LogError) -> ChainHash {
        // What lies before it may be gone.
        if let visible = stream.withLock({ $0.visible }), visible.position == position {
            return visible.head
        }
        var owner = stream
        while let edge = owner.edge, position < edge.origin.position, let source = edge.source {
            owner = source
        }
        if position == owner.start { return owner.genesis }
        let last = try record(
            position.record - 1, of: owner, near: position, check: .nearest)
        return last.chainHash ?? owner.genesis
    }

    /// The data record of that number; `near` is a place at or before it.
    private func record(
        _ number: UInt64, of stream: LogStream, near: StreamPosition, check: ReadCheck = .none
    ) throws(LogError) -> Record {
        var found: Record?
        let first = StreamPosition(record: min(number, near.record), byte: near.byte)
        let end = StreamPosition(record: number + 1, byte: 0)
        try walk(stream, from: first, to: end, through: .everything, check: check) { record in
            if record.position.record == number, record.kind.takesNumber { found = record }
        }
        guard let found else { throw .notABoundary(position: near) }
        return found
    }
}

extension LSN {
    /// Not before any other: everything staged.
    static let everything = LSN(UInt64.max)
}
