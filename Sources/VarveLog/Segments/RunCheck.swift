import VarveBytes

/// Follows the chain of one stream through what walking over its run gives out.
package struct RunCheck {
    private let stream: StreamRecord
    private var chain = SetHash()
    private var next = StreamPosition.start
    private var isBegun = false

    /// Ready for the first item of a run of `stream`.
    package init(_ stream: StreamRecord) {
        self.stream = stream
    }

    /// Takes the next item; the first is a checkpoint.
    ///
    /// Throws `chainBroken` at a checkpoint whose head does not follow from the records before.
    package mutating func follow(_ item: SegmentItem) throws(LogError) {
        switch item {
        case .checkpoint(let position, let head):
            endRecord()
            next = position
            let known =
                head
                ?? stream.genesis
            if isBegun {
                guard chain.head == known else { throw broken }
            } else {
                chain.begin(incarnation: stream.incarnation, id: stream.id, head: known)
                chain.open(isHashing: true)
                isBegun = true
            }
        case .record(let record):
            endRecord()
            next = record.position
            chain.beginRecord(record.entry, number: record.position.record, leaf: record.leaf)
        case .bytes(let bytes):
            chain.add(bytes)
        }
    }

    /// Ends the run at `position`; the chain's head there.
    ///
    /// Throws `chainBroken` when that is the stream's tail and the head is not the stream's.
    package mutating func end(at position: StreamPosition) throws(LogError) -> ChainHash {
        endRecord()
        guard position != stream.tail || chain.head == stream.head else { throw broken }
        return chain.head
    }

    private mutating func endRecord() {
        if chain.isRecordOpen { chain.endRecord() }
    }

    private var broken: LogError {
        .chainBroken(stream: stream.id, record: next.record)
    }
}
