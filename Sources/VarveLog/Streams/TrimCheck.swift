import VarveBytes

/// Checks, along a walk over all records of a stream that are left, that the stream begins for its
/// readers where its last trim says, and that the chain had that head there.
struct TrimCheck {
    private let stream: LogStream
    private let visible: VisibleStart?
    private var isBegun = false
    /// The head behind the last record; nil before the first one of a stream whose beginning is
    /// gone, unless it begins where readers do.
    private var head: ChainHash?
    /// The last trim, and the head before it.
    private var lastTrim: (record: Record, before: ChainHash?)?

    /// Ready for the first record of `stream` that is left; `visible` is what the last trim on the
    /// way says, nil when that is not known.
    init(_ stream: LogStream, _ visible: VisibleStart?) {
        self.stream = stream
        self.visible = visible
        head = stream.genesis
    }

    /// Takes the next record; throws `chainBroken` when the recorded head is not the chain's.
    mutating func follow(_ record: Record) throws(LogError) {
        if !isBegun {
            isBegun = true
            if record.position > stream.start {
                head = record.position == visible?.position ? visible?.head : nil
            }
        }
        if record.kind == .trim { lastTrim = (record, head) }
        head = record.chainHash
        // A data record that ends where readers begin.
        guard let visible, record.kind.takesNumber,
            record.position.record + 1 == visible.position.record,
            visible.position > stream.start
        else { return }
        guard head == visible.head else { throw broken(visible.position) }
    }

    /// Ends the walk; the chain's head.
    func end(at tail: StreamPosition) throws(LogError) -> ChainHash {
        if let visible {
            guard let (record, before) = lastTrim else { throw broken(tail) }
            let leaf = visible.leaf(of: stream.incarnation, record: record.position.record)
            if let before, Chain.head(after: before, leaf: leaf) != record.chainHash {
                throw broken(visible.position)
            }
        }
        return head ?? stream.genesis
    }

    private func broken(_ place: StreamPosition) -> LogError {
        .chainBroken(stream: stream.id, record: place.record)
    }
}
