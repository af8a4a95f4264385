import VarveBytes

/// Collects the streams' entries of a segment in groups, and the table of the groups.
///
/// Thread rule: one thread at a time.
final class StreamsWriter {
    private let id: UInt64
    private let spill: SpillBuffer
    private var table: SlotTableWriter
    private var entry = ByteWriter()
    private var group = ByteWriter()
    private var groupFirst: UInt64 = 0
    private var current: StreamID?

    /// How many streams were added.
    private(set) var streamCount: UInt64 = 0

    /// No streams yet.
    init(id: UInt64, streams: SpillBuffer, groups: SpillBuffer) throws(LogError) {
        self.id = id
        spill = streams
        table = SlotTableWriter(
            slotBytes: SegmentFormat.groupSlotBytes, seed: .groups, id: id, spill: groups)
        try table.begin(at: 0)
    }

    /// The number of finished groups.
    var groupCount: Int { table.count }

    /// Takes the state of the next stream; its id is above all before.
    func begin(_ record: StreamRecord, entries: [StateEntry]) throws(LogError) {
        precondition(
            record.id.rawValue > current?.rawValue ?? 0, "streams are settled in ascending order")
        try record.check()
        guard entries.count <= SegmentFormat.stateEntriesMax else {
            throw .limitExceeded(
                name: "state entries of a stream", limit: SegmentFormat.stateEntriesMax,
                actual: entries.count)
        }
        for entry in entries { try entry.check() }
        entry.clear()
        SegmentStream(record: record, entries: entries).encodeState(into: &entry)
        current = record.id
    }

    /// Adds the entry of the stream that was begun, with its run.
    func end(_ run: SettledRun?) throws(LogError) {
        SegmentStream.encode(run, into: &entry)
        guard entry.count <= SegmentFormat.streamEntryBytesMax else {
            throw .limitExceeded(
                name: "bytes of a stream's state", limit: SegmentFormat.streamEntryBytesMax,
                actual: entry.count)
        }
        if group.count == 0 { groupFirst = current?.rawValue ?? 0 }
        group.append(entry.bytes)
        streamCount += 1
        if group.count >= SegmentFormat.groupBytes { try closeGroup() }
    }

    /// Ends the last group; gives out all of them, then their table. The first's bytes.
    func drain(
        _ body: (UnsafeRawBufferPointer) throws(LogError) -> Void
    ) throws(LogError) -> UInt64 {
        if group.count > 0 { try closeGroup() }
        let count = UInt64(spill.count)
        try spill.drain(body)
        try table.drain(body)
        return count
    }

    private func closeGroup() throws(LogError) {
        let place = UInt64(spill.count)
        group.append(SegmentSeed.group.checksum(group.bytes, id: id, place: place))
        try table.add(groupFirst, place)
        try spill.append(group.bytes)
        group.clear()
    }
}
