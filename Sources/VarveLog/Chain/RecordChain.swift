import VarveBytes

/// Gives out the records of one stream in order, and follows its hash chain through them.
struct RecordChain {
    private let stream: LogStream
    /// Whether hashes are computed at all.
    let isHashing: Bool
    /// The chain's head behind the last record given out; unset until it joined the chain.
    private(set) var head = ChainHash()
    /// The head where the chain was joined: before the first record given out; nil until then.
    private(set) var beginning: ChainHash?

    /// The stream's incarnation.
    var incarnation: Incarnation { stream.incarnation }

    /// A chain that has not begun.
    init(of stream: LogStream, isHashing: Bool) {
        self.stream = stream
        self.isHashing = isHashing
    }

    /// Takes a head that is stored where the next record begins: the chain begins there, or must
    /// have come to the same one.
    mutating func join(_ stored: ChainHash?, at record: UInt64) throws(LogError) {
        guard isHashing else { return }
        let known = stored ?? stream.genesis
        guard beginning == nil || head == known else {
            throw .chainBroken(stream: stream.id, record: record)
        }
        head = known
        if beginning == nil { beginning = known }
    }

    /// Gives out one record.
    ///
    /// - Parameters:
    ///   - stored: its bytes with the separator, if it has one.
    ///   - leaf: the leaf of a record from whose bytes it does not follow: a trim, or one that was
    ///     redacted.
    mutating func give(
        _ entry: LengthEntry, at position: StreamPosition, _ stored: ArraySlice<UInt8>,
        leaf: SHA256Digest? = nil, _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) {
        guard let kind = leaf == nil ? entry.kind : StoredLength.kind(of: entry) else {
            throw .chainBroken(stream: stream.id, record: position.record)
        }
        let payload = Array(stored.prefix(entry.length))
        if isHashing, let leaf {
            head = Chain.head(after: head, leaf: leaf)
        } else if isHashing {
            let digest = payload.withUnsafeBytes { SHA256Hasher.hash($0) }
            head = Chain.head(
                after: head, incarnation: stream.incarnation, record: position.record, kind: kind,
                length: payload.count, payload: digest)
        }
        try body(
            Record(
                position: position, kind: kind, payload: payload,
                chainHash: isHashing ? head : nil))
    }
}
