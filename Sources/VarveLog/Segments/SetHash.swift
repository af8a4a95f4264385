import VarveBytes

/// Follows the chain through the sets of one run: takes heads that are known, and computes them
/// record by record inside a set that needs a checkpoint in its middle.
struct SetHash {
    /// The chain's head behind the last record, or set, that is complete.
    var head = ChainHash()
    /// True in the middle of a set.
    private(set) var isOpen = false
    /// True in the middle of a record.
    private(set) var isRecordOpen = false
    /// How many stored bytes of the open record are missing.
    private(set) var missingBytes = 0

    private var incarnation: Incarnation?
    private var id = StreamID(rawValue: 0)
    private var isHashing = false
    private var number: UInt64 = 0
    private var entry = LengthEntry(rawValue: 0)
    private var leaf: SHA256Digest?
    private let hasher = SHA256Hasher()

    /// Ready for a first run.
    init() {}

    /// Begins a run of a stream whose chain has come to `head`.
    mutating func begin(incarnation: Incarnation, id: StreamID, head: ChainHash) {
        self.incarnation = incarnation
        self.id = id
        self.head = head
        isOpen = false
        isRecordOpen = false
    }

    /// Begins a set that is given record by record.
    mutating func open(isHashing: Bool) {
        self.isHashing = isHashing
        isOpen = true
    }

    /// Begins a record; `leaf` is that of a redacted one, which no longer follows from its bytes.
    mutating func beginRecord(_ entry: LengthEntry, number: UInt64, leaf: SHA256Digest?) {
        self.entry = entry
        self.number = number
        self.leaf = leaf
        missingBytes = entry.storedBytes
        isRecordOpen = true
        hasher.reset()
    }

    /// Takes stored bytes of the open record, at most as many as are missing.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let separator = entry.hasSeparator ? 1 : 0
        if isHashing {
            // The separator, the last byte, is not part of the record.
            let own = min(bytes.count, missingBytes - separator)
            hasher.update(UnsafeRawBufferPointer(rebasing: bytes[..<max(0, own)]))
        }
        missingBytes -= bytes.count
    }

    /// Ends the open record, of which nothing is missing.
    mutating func endRecord() {
        isRecordOpen = false
        guard isHashing, let incarnation, let kind = StoredLength.kind(of: entry) else { return }
        if let leaf {
            head = Chain.head(after: head, leaf: leaf)
        } else {
            head = Chain.head(
                after: head, incarnation: incarnation, record: number, kind: kind,
                length: entry.length, payload: hasher.finish())
        }
    }

    /// Ends the set; throws `chainBroken` when its records do not lead to `head`.
    mutating func close(_ head: ChainHash) throws(LogError) {
        guard !isHashing || self.head == head else {
            throw .chainBroken(stream: id, record: number)
        }
        self.head = head
        isOpen = false
    }
}
