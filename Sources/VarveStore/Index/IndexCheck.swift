import VarveBytes
import VarveIndex
import VarveLog

/// What an index says of itself when a store is opened, checked against the log.
enum IndexCheck {
    /// What a stream of the log reaches from and to.
    struct Reach {
        /// What sets the stream apart from every other one.
        let incarnation: Incarnation
        /// Before the first record that is kept.
        let start: StreamPosition
        /// Behind the last durable record.
        let tail: StreamPosition
    }

    /// The marker of an index, or that of one that has nothing yet.
    ///
    /// - Throws: `index` when it belongs to another log, is ahead of this one, or lacks batches
    ///   that were dropped from it.
    static func marker(
        of index: StoreIndex, batches: StoreStream, policies: StoreStream
    ) throws(StoreError) -> IndexMarker {
        let marker =
            try StoreIndex.marker(in: try index.ordered)
            ?? IndexMarker(batches: batches.incarnation, policies: policies.incarnation)
        try check(marker, reach(of: batches), reach(of: policies))
        return marker
    }

    /// Checks how far an index has come against the streams that it should be a fold of.
    ///
    /// - Throws: `index`, as above.
    static func check(
        _ marker: IndexMarker, _ batches: Reach, _ policies: Reach
    ) throws(StoreError) {
        guard marker.batches == batches.incarnation, marker.policies == policies.incarnation
        else {
            throw .index(
                "it belongs to the batches \(marker.batches), and the log has "
                    + "\(batches.incarnation)")
        }
        try check(marker.batchPlace, batches, "batch")
        try check(marker.policyPlace, policies, "policy event")
    }

    private static func reach(of stream: StoreStream) -> Reach {
        Reach(
            incarnation: stream.incarnation, start: stream.visibleStart,
            tail: stream.durableTail(at: stream.log.durable))
    }

    private static func check(
        _ place: StreamPosition, _ stream: Reach, _ title: String
    ) throws(StoreError) {
        let (start, tail) = (stream.start, stream.tail)
        guard place.record <= tail.record, place.byte <= tail.byte else {
            throw .index(
                "it has come to \(title) \(place.record), and the log ends with \(title) "
                    + "\(tail.record): it is ahead of the log")
        }
        guard place.record >= start.record else {
            throw .index(
                "it has come to \(title) \(place.record), and the log keeps only what follows "
                    + "\(title) \(start.record): it lacks what was dropped")
        }
    }

    /// The setting of retention that an index has.
    /// - Throws: `index` when its bytes are not one.
    static func retention(of index: StoreIndex) throws(StoreError) -> RetentionState {
        let ordered = try index.ordered
        let value = try StoreIndex.wrapping { () throws(IndexError) in
            try ordered.value(of: IndexFormat.retentionKey)
        }
        guard let value else { return RetentionState() }
        do {
            return try value.span.withUnsafeBytes { (bytes) throws(TruncatedInput) in
                var reader = ByteReader(bytes)
                guard case .retention(let retention, let floor) = try PolicyEvent(from: &reader)
                else { throw TruncatedInput(position: 0, expected: 0, available: bytes.count) }
                return RetentionState(retention: retention, floor: floor)
            }
        } catch {
            throw .index("its setting of retention: \(error)")
        }
    }
}
