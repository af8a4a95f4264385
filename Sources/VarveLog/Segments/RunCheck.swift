import VarveBytes

/// Follows the chain of one stream through what walking over its run gives out.
package struct RunCheck {
    private let stream: StreamRecord
    /// Where a trim says that the chain has a certain head, until the run has come there.
    private var expected: VisibleStart?
    private var chain = SetHash()
    /// Records behind the chain's head, which is behind them once they were hashed.
    private var batch = LeafBatch()
    /// The record whose bytes come, if it goes into the batch.
    private var coming: LeafBatch.Record?
    private var next = StreamPosition.start
    private var isBegun = false
    private let watch: HeadWatch?
    private let places: [HeadWatch.Place]?

    /// Ready for the first item of a run of `stream`.
    package init(_ stream: StreamRecord) {
        self.init(stream, watch: nil)
    }

    /// The same, telling `watch` of the heads at places that it looks at.
    init(_ stream: StreamRecord, watch: HeadWatch?) {
        self.stream = stream
        self.watch = watch
        places = watch?.places(of: stream.id.rawValue)
        expected = stream.visible.flatMap { $0.position > stream.start ? $0 : nil }
    }

    /// Takes the next item; the first is a checkpoint.
    ///
    /// Throws `chainBroken` at a checkpoint whose head does not follow from the records before.
    package mutating func follow(_ item: SegmentItem) throws(LogError) {
        switch item {
        case .checkpoint(let position, let head):
            endRecord()
            flush()
            next = position
            let known = head ?? stream.genesis
            if isBegun {
                guard chain.head == known else { throw broken }
            } else {
                chain.begin(incarnation: stream.incarnation, id: stream.id, head: known)
                chain.open(isHashing: true)
                isBegun = true
                see(position)
                // Control records before the run may lie here too: its caller knows the head.
                if position == expected?.position { expected = nil }
            }
            try meet(position)
        case .record(let record):
            endRecord()
            try meet(record.position)
            next = StreamPosition(
                record: record.position.record + (record.kind.takesNumber ? 1 : 0),
                byte: record.position.byte + UInt64(record.entry.storedBytes))
            begin(record)
        case .bytes(let bytes):
            if coming != nil { batch.add(bytes) } else { chain.add(bytes) }
        }
    }

    /// Ends the run at `position`; the chain's head there.
    ///
    /// Throws `chainBroken` when that is the stream's tail and the head is not the stream's.
    package mutating func end(at position: StreamPosition) throws(LogError) -> ChainHash {
        endRecord()
        flush()
        try meet(position)
        guard position != stream.tail || chain.head == stream.head else { throw broken }
        return chain.head
    }

    /// Ends a part of the run in front of a checkpoint.
    ///
    /// Throws `chainBroken` when the records do not lead to it.
    mutating func end(before checkpoint: SegmentCheckpoint) throws(LogError) {
        endRecord()
        flush()
        try meet(next)
        guard next == checkpoint.position, chain.head == checkpoint.head else { throw broken }
    }

    /// The chain has come to `position`, behind the data record before it.
    private mutating func meet(_ position: StreamPosition) throws(LogError) {
        guard let expected, position == expected.position else { return }
        self.expected = nil
        flush()
        guard chain.head == expected.head else { throw broken }
    }

    /// Begins a record: a large one is hashed as it comes, since memory must not follow it.
    private mutating func begin(_ record: SegmentRecord) {
        guard record.entry.storedBytes <= LeafBatch.bytesMax else {
            flush()
            return chain.beginRecord(
                record.entry, number: record.position.record, leaf: record.leaf)
        }
        coming = LeafBatch.Record(
            number: record.position.record, kind: record.kind, length: record.entry.length,
            leaf: record.leaf)
    }

    private mutating func endRecord() {
        if let record = coming {
            coming = nil
            batch.end(record)
            if batch.isFull || places != nil { flush() }
        } else if chain.isRecordOpen {
            chain.endRecord()
        } else {
            return
        }
        see(next)
    }

    /// Moves the chain's head behind the records of the batch.
    private mutating func flush() {
        guard batch.count > 0 else { return }
        for leaf in batch.leaves(of: stream.incarnation) {
            chain.head = Chain.head(after: chain.head, leaf: leaf)
        }
        batch.clear()
    }

    private func see(_ position: StreamPosition) {
        guard let watch, let places else { return }
        watch.see(places, at: position, chain.head)
    }

    private var broken: LogError {
        .chainBroken(stream: stream.id, record: next.record)
    }
}
