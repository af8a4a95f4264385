/// What a verification of one stream found, in an open log.
public struct StreamVerification: Sendable {
    /// The chain's head as far as it was followed, and where.
    public internal(set) var reached: ChainPlace
    /// Where the verification began: at the stream's, or the fork's, first own record, or at the
    /// first that is left of a trimmed stream.
    public internal(set) var start: StreamPosition
    /// Data records that were hashed.
    public internal(set) var records: UInt64 = 0
    /// How many of them were redacted: only their leaves were looked at.
    public internal(set) var redactedRecords: UInt64 = 0
    /// Stored bytes that were hashed, separators included.
    public internal(set) var bytes: UInt64 = 0
    /// The first damage; nil when everything is as it was written.
    public internal(set) var damage: VerificationReport.Damage?

    /// True when nothing is damaged.
    public var isClean: Bool { damage == nil }
}

extension EventLog {
    /// Reads all that is durable of a stream from the disk and computes its chain anew, beside
    /// traffic.
    ///
    /// Blocks for as long as that takes; memory does not grow with the stream. A fork's records
    /// before its own are its source's, and not looked at.
    ///
    /// - Parameter isCancelled: asked now and then; true ends the verification with `closed`.
    /// - Throws: `unknownStream`, `closed`, `io`. Damage is reported, not thrown.
    public func verification(
        of stream: LogStream, isCancelled: () -> Bool = { false }
    ) throws(LogError) -> StreamVerification {
        let lsn = durable
        let (tail, visible) = stream.withLock { state in
            (state.durableTail(at: lsn), state.structuralLSN <= lsn ? state.visible : nil)
        }
        var trims = TrimCheck(stream, visible)
        var found = StreamVerification(
            reached: ChainPlace(position: stream.start, head: stream.genesis, isClosed: false),
            start: stream.start)
        do throws(LogError) {
            try walkOwn(
                stream, from: stream.start, to: tail, through: lsn, check: .genesis
            ) { (record) throws(LogError) in
                if record.position.record % 1024 == 0, isCancelled() { throw .closed }
                try trims.follow(record)
                found.note(record)
            }
            _ = try trims.end(at: tail)
            // Control records at the tail leave the position where it is.
            found.end(at: tail)
        } catch {
            guard let damage = damage(error, of: stream) else { throw error }
            found.damage = damage
        }
        return found
    }

    /// The damage that an error tells of; nil when it tells of something else.
    private func damage(
        _ error: LogError, of stream: LogStream
    ) -> VerificationReport.Damage? {
        switch error {
        case .corruption(let file, let byte, let count, let detail):
            return .init(
                file: file, stream: stream.name, record: nil, byte: byte, count: count,
                detail: detail)
        case .missingFile(let path):
            return .init(
                file: path, stream: stream.name, record: nil, byte: 0, count: 0,
                detail: "the file is missing")
        case .chainBroken(_, let record):
            let place = place(of: record, in: stream)
            return .init(
                file: place.file, stream: stream.name, record: record, byte: place.byte,
                count: place.count, detail: error.description)
        default: return nil
        }
    }

    /// The stretch of a file that has a record: its run, or its part of the journal.
    private func place(
        of record: UInt64, in stream: LogStream
    ) -> (file: String, byte: UInt64, count: UInt64) {
        stream.withLock { state in
            if let run = state.runs.last(where: { $0.firstRecord <= record }),
                record < run.end.record || state.extents.count == 0
            {
                return (SegmentName(number: run.segment).path, run.dataOffset, run.storedBytes)
            }
            let count = state.extents.count
            guard count > 0 else { return ("", 0, 0) }
            let index = state.extents.index(of: record, among: count) ?? 0
            let extent = state.extents[index]
            let end = index + 1 < count ? state.extents[index + 1].firstByte : state.tail.byte
            return (
                JournalFileName(number: UInt64(extent.file), role: .journal).path,
                UInt64(extent.byte), end - extent.firstByte
            )
        }
    }
}

extension StreamVerification {
    /// Takes in one more record.
    fileprivate mutating func note(_ record: Record) {
        if records == 0, record.position > start { start = record.position }
        if record.kind.takesNumber { records += 1 }
        if record.kind == .redacted { redactedRecords += 1 }
        bytes = record.position.byte + UInt64(record.payload.count) - start.byte
        reached = ChainPlace(
            position: StreamPosition(
                record: record.position.record + (record.kind.takesNumber ? 1 : 0),
                byte: record.position.byte + UInt64(record.payload.count)),
            head: record.chainHash ?? reached.head,
            isClosed: reached.isClosed || record.kind == .close)
    }

    /// Everything up to `tail` was followed.
    fileprivate mutating func end(at tail: StreamPosition) {
        bytes = tail.byte - start.byte
        reached = ChainPlace(position: tail, head: reached.head, isClosed: reached.isClosed)
    }
}
