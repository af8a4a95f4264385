import VarveBytes

// The streams of a segment: for rolling it forward into the catalog, compaction and verification.

extension SegmentFile {
    /// What the segment says of the stream of that id, nil when it does not touch it; waits for the
    /// disk. O(log streams).
    package func stream(_ id: StreamID) throws(LogError) -> SegmentStream? {
        guard footer.groupCount > 0 else { return nil }
        let found = try groups.last(
            word: 0, atMost: id.rawValue, guess: groups.count / 2, blocking: true)
        guard let found, found.index >= 0, let block = found.block else { return nil }
        let group = try readGroup(
            at: block.word(1, of: found.index), until: groupEnd(found.index, block),
            firstID: block.word(0, of: found.index))
        return group.first { $0.record.id == id }
    }

    /// Calls `body` with what the segment says of each stream, in ascending order of their ids;
    /// waits for the disk. Memory is bounded whatever the number of streams.
    ///
    /// Throws `corruption` with the place of the first damage.
    package func forEachStream(
        _ body: (SegmentStream) throws(LogError) -> Void
    ) throws(LogError) {
        var before: UInt64 = 0
        var count: UInt64 = 0
        var next: UInt64 = 0
        var index = 0
        while index < groups.count {
            guard let block = try groups.block(of: index, blocking: true) else { return }
            for slot in index..<index + block.count {
                let offset = block.word(1, of: slot)
                guard offset == next else {
                    throw damage(footer.tableOffset, 8, "groups of streams are not in order")
                }
                next = try groupEnd(slot, block)
                let group = try readGroup(
                    at: offset, until: next, firstID: block.word(0, of: slot))
                for stream in group {
                    guard stream.record.id.rawValue > before else {
                        throw damage(
                            footer.streamsOffset + offset, next - offset,
                            "streams are not in ascending order")
                    }
                    before = stream.record.id.rawValue
                    count += 1
                    try body(stream)
                }
            }
            index += block.count
        }
        guard count == footer.streamCount else {
            throw damage(
                footer.streamsOffset, footer.streamsBytes,
                "expected \(footer.streamCount) streams, found \(count)")
        }
    }

    /// The number of groups of streams.
    var groupCount: Int { groups.count }

    /// The streams of the group of that number; waits for the disk.
    func streams(ofGroup index: Int) throws(LogError) -> [SegmentStream] {
        guard let block = try groups.block(of: index, blocking: true) else { throw .wouldBlock }
        return try readGroup(
            at: block.word(1, of: index), until: groupEnd(index, block),
            firstID: block.word(0, of: index))
    }

    /// The table of the groups of streams.
    var groups: SlotTableReader {
        SlotTableReader(
            file: self, offset: footer.tableOffset, count: Int(footer.groupCount),
            slotBytes: SegmentFormat.groupSlotBytes, seed: .groups, base: 0)
    }

    /// Where the group ends, counted from the first group's beginning.
    func groupEnd(
        _ index: Int, _ block: SlotTableReader.Block
    ) throws(LogError) -> UInt64 {
        if index + 1 == groups.count { return footer.streamsBytes }
        if index + 1 < block.first + block.count { return block.word(1, of: index + 1) }
        return try groups.block(of: index + 1, blocking: true)?.word(1, of: index + 1) ?? 0
    }

    /// Reads and checks one group of streams.
    func readGroup(
        at offset: UInt64, until end: UInt64, firstID: UInt64
    ) throws(LogError) -> [SegmentStream] {
        let limit = UInt64(SegmentFormat.streamEntryBytesMax + 2 * SegmentFormat.groupBytes)
        guard offset < end, end <= footer.streamsBytes, end - offset <= limit,
            end - offset > UInt64(SegmentFormat.checksumBytes)
        else {
            throw damage(footer.tableOffset, 16, "a group of streams outside their area")
        }
        let place = footer.streamsOffset + offset
        let piece = try checkedPiece(
            at: place, count: Int(end - offset), seed: .group, place: offset,
            detail: "a group of streams", blocking: true)
        guard let piece else { throw .wouldBlock }
        let streams: [SegmentStream]
        do {
            streams = try Self.decode(piece)
        } catch {
            throw damage(place, end - offset, "a group of streams: \(error)")
        }
        guard streams.first?.record.id.rawValue == firstID else {
            throw damage(place, end - offset, "a group of streams begins with another stream")
        }
        for stream in streams {
            if let run = stream.run { try check(run) }
        }
        return streams
    }

    private static func decode(_ piece: CheckedPiece) throws(TruncatedInput) -> [SegmentStream] {
        try piece.withBytes { (bytes) throws(TruncatedInput) in
            var streams: [SegmentStream] = []
            var reader = ByteReader(bytes)
            while !reader.isAtEnd { streams.append(try SegmentStream(from: &reader)) }
            return streams
        }
    }
}
