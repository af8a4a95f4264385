package import VarveBytes

/// What a segment says of one stream that it touched.
package struct SegmentStream: Hashable, Sendable {
    /// The stream after the segment's cut.
    package var record: StreamRecord
    /// The pieces of its state that changed.
    package var entries: [StateEntry]
    /// Its records in the segment; nil when there are none.
    package var run: SettledRun?

    /// A stream without a run.
    package init(record: StreamRecord, entries: [StateEntry] = [], run: SettledRun? = nil) {
        self.record = record
        self.entries = entries
        self.run = run
    }

    /// Appends what stands before the run: the record and the pieces of state.
    func encodeState(into writer: inout ByteWriter) {
        record.encode(into: &writer)
        writer.appendVarint(UInt64(entries.count))
        for entry in entries { entry.encode(into: &writer) }
    }

    /// Appends what stands behind the state: whether there is a run, and the run.
    static func encode(_ run: SettledRun?, into writer: inout ByteWriter) {
        writer.append(UInt8(run == nil ? 0 : 1))
        run?.encode(into: &writer)
    }

    /// Reads what `encodeState` and `encode` wrote and moves behind it.
    package init(from reader: inout ByteReader) throws(TruncatedInput) {
        record = try StreamRecord(from: &reader)
        let count = try reader.readVarint()
        entries = []
        // An entry takes three bytes at least: no count makes room for more than the input has.
        guard count <= UInt64(min(reader.remaining / 3, SegmentFormat.stateEntriesMax)) else {
            throw Self.malformed(reader)
        }
        entries.reserveCapacity(Int(count))
        for _ in 0..<count { entries.append(try StateEntry(from: &reader)) }
        switch try reader.read(UInt8.self) {
        case 0: run = nil
        case 1: run = try SettledRun(from: &reader)
        default: throw Self.malformed(reader)
        }
    }

    private static func malformed(_ reader: ByteReader) -> TruncatedInput {
        TruncatedInput(position: reader.position, expected: 0, available: reader.remaining)
    }
}
