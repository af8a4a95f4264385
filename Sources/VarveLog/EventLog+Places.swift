/// Places of records by their numbers.
extension EventLog {
    /// Where the data record with that number begins among the stream's own durable records, or
    /// where the last of them ends, if it is the next one's number. Waits for the disk.
    ///
    /// A trim hides nothing here: what was dropped is found missing.
    /// - Throws: `offTheEnd`, `unknownStream`, `notABoundary` for records that are not there any
    ///   more, `corruption`, `io`.
    package func position(
        ofRecord record: UInt64, in stream: LogStream
    ) throws(LogError) -> StreamPosition {
        let pin = pins.pin()
        defer { withExtendedLifetime(pin) {} }
        let lsn = durable
        let place = try stream.withLock { (state) throws(LogError) in
            try Self.place(of: record, in: state, through: lsn)
        }
        switch place {
        case .known(let position): return position
        case .extent(let extent):
            guard let table = try EntryTable(of: extent, from: bytes, blocking: true),
                let found = table.place(after: Int(record - extent.firstRecord))
            else { throw .notABoundary(position: StreamPosition(record: record, byte: 0)) }
            return StreamPosition(record: record, byte: extent.firstByte + UInt64(found.byte))
        case .run(let run):
            return try position(ofRecord: record, in: run)
        }
    }

    /// What has the record.
    private enum RecordPlace {
        case known(StreamPosition)
        case extent(Extent)
        case run(SettledRun)
    }

    private static func place(
        of record: UInt64, in state: borrowing LogStreamState, through lsn: LSN
    ) throws(LogError) -> RecordPlace {
        if state.isDeleted { throw .unknownStream }
        let tail = state.durableTail(at: lsn)
        let wanted = StreamPosition(record: record, byte: tail.byte)
        guard record <= tail.record else { throw .offTheEnd(position: wanted, tail: tail) }
        if record == tail.record { return .known(tail) }
        if record >= state.settledEnd.record {
            let count = state.extents.count(through: lsn.rawValue)
            if let index = state.extents.index(of: record, among: count) {
                return .extent(state.extents[index])
            }
        }
        let run = state.runs.last { $0.firstRecord <= record && $0.recordCount > 0 }
        guard let run, record < run.end.record else { throw .notABoundary(position: wanted) }
        return .run(run)
    }

    private func position(
        ofRecord record: UInt64, in run: SettledRun
    ) throws(LogError) -> StreamPosition {
        let file = try bytes.segments.file(run.segment)
        try file.check(run)
        guard let interval = try file.interval(of: run, with: record, blocking: true) else {
            throw .wouldBlock
        }
        var found: StreamPosition?
        interval.forEach { element in
            if element.position.record == record, element.kind.takesNumber {
                found = element.position
            }
            return found == nil
        }
        guard let found else {
            throw .notABoundary(position: StreamPosition(record: record, byte: 0))
        }
        return found
    }
}
