import VarveBytes

/// Gives out the records of one stream in order, and follows its hash chain through them.
///
/// With hashes it holds back a few records, because hashing several together is quicker. Memory is
/// bounded but for the largest record.
struct RecordChain {
    /// Where a record that waits begins, and the head that is stored behind it, if one is, with the
    /// record to name should it be another.
    private struct Waiting {
        var position: StreamPosition
        var kind: RecordKind
        var stored: (head: ChainHash, record: UInt64)?
    }

    private let stream: LogStream
    /// Whether hashes are computed at all.
    let isHashing: Bool
    /// The chain's head behind the last record given out; unset until it joined the chain.
    private var head = ChainHash()
    /// The head where the chain was joined: before the first record given out; nil until then.
    private(set) var beginning: ChainHash?
    private var waiting: ContiguousArray<Waiting> = []
    /// What the records that wait are, and the bytes of the one that is coming.
    private var batch = LeafBatch()
    private var coming: (entry: LengthEntry, position: StreamPosition, leaf: SHA256Digest?)?

    /// The stream's incarnation.
    var incarnation: Incarnation { stream.incarnation }

    /// A chain that has not begun.
    init(of stream: LogStream, isHashing: Bool) {
        self.stream = stream
        self.isHashing = isHashing
    }

    /// Takes a head that is stored where the next record begins: the chain begins there, or must
    /// come to the same one.
    mutating func join(_ stored: ChainHash?, at record: UInt64) throws(LogError) {
        guard isHashing else { return }
        let known = stored ?? stream.genesis
        if let last = waiting.indices.last {
            if let other = waiting[last].stored, other.head != known {
                throw .chainBroken(stream: stream.id, record: record)
            }
            waiting[last].stored = (known, record)
            return
        }
        guard beginning == nil || head == known else {
            throw .chainBroken(stream: stream.id, record: record)
        }
        head = known
        if beginning == nil { beginning = known }
    }

    /// Begins a record; its bytes follow, with the separator, if it has one.
    ///
    /// - Parameter leaf: the leaf of a record from whose bytes it does not follow: a trim, or one
    ///   that was redacted.
    mutating func begin(
        _ entry: LengthEntry, at position: StreamPosition, leaf: SHA256Digest? = nil
    ) {
        coming = (entry, position, leaf)
    }

    /// Takes stored bytes of the record that was begun.
    mutating func add(_ stored: some Collection<UInt8>) {
        batch.add(stored)
    }

    /// Ends the record that was begun, if one was, and gives out what does not wait longer.
    mutating func end(_ body: (Record) throws(LogError) -> Void) throws(LogError) {
        guard let (entry, position, leaf) = coming else { return }
        coming = nil
        guard let kind = leaf == nil ? entry.kind : StoredLength.kind(of: entry) else {
            throw .chainBroken(stream: stream.id, record: position.record)
        }
        batch.end(
            LeafBatch.Record(
                number: position.record, kind: kind, length: entry.length, leaf: leaf))
        guard isHashing else {
            defer { batch.clear() }
            return try body(
                Record(
                    position: position, kind: kind, payload: Array(batch.payload(0)),
                    chainHash: nil))
        }
        waiting.append(Waiting(position: position, kind: kind))
        if batch.isFull { try flush(body) }
    }

    /// Takes a whole record; the same as `begin`, `add` and `end`.
    mutating func give(
        _ entry: LengthEntry, at position: StreamPosition, _ stored: ArraySlice<UInt8>,
        leaf: SHA256Digest? = nil, _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) {
        if !isHashing, let kind = leaf == nil ? entry.kind : StoredLength.kind(of: entry) {
            return try body(
                Record(
                    position: position, kind: kind, payload: Array(stored.prefix(entry.length)),
                    chainHash: nil))
        }
        begin(entry, at: position, leaf: leaf)
        add(stored)
        try end(body)
    }

    /// Runs `walk`, which gives records to the chain, and gives out those that wait behind it; also
    /// when it throws, so that all records before damage are given out.
    mutating func flushing(
        _ body: (Record) throws(LogError) -> Void,
        after walk: (inout RecordChain) throws(LogError) -> Void
    ) throws(LogError) {
        do throws(LogError) {
            try walk(&self)
        } catch {
            try flush(body)
            throw error
        }
        try flush(body)
    }

    /// Gives out the records that wait.
    private mutating func flush(_ body: (Record) throws(LogError) -> Void) throws(LogError) {
        guard !waiting.isEmpty else { return }
        // Nobody gets a record twice, should `body` throw.
        defer {
            waiting.removeAll(keepingCapacity: true)
            batch.clear()
        }
        let leaves = batch.leaves(of: stream.incarnation)
        for index in leaves.indices {
            head = Chain.head(after: head, leaf: leaves[index])
            try body(
                Record(
                    position: waiting[index].position, kind: waiting[index].kind,
                    payload: Array(batch.payload(index)), chainHash: head))
            if let stored = waiting[index].stored, stored.head != head {
                throw .chainBroken(stream: stream.id, record: stored.record)
            }
        }
    }
}
