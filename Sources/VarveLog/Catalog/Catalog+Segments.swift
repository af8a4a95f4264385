import VarveBytes
import VarveIndex

// What the catalog says of segments: how much of them is dead, and which took the place of others.

extension Catalog {
    /// The numbers of the segments in use, ascending, and how many bytes of each belong to streams
    /// that are gone, or were trimmed away.
    func segments() throws(LogError) -> [(number: UInt32, deadBytes: UInt64)] {
        var segments: [(number: UInt32, deadBytes: UInt64)] = []
        try scan(IndexRange(prefix: CatalogKey.segments)) { (key, value) throws(LogError) in
            guard key.count == 9 else { throw Self.corruption("a segment's key is not one") }
            segments.append(
                (
                    UInt32(truncatingIfNeeded: CatalogKey.number(key, at: 1)),
                    try Self.segmentValue(value).deadBytes
                ))
        }
        return segments
    }

    /// What the key of a segment says: how many of its bytes are dead, and the first LSN it settles
    /// (16 bytes, persisted).
    ///
    /// In catalogs made before segments were merged the LSN is missing, and perhaps the number too:
    /// their segments are in the order of their numbers.
    static func segmentValue(
        _ value: UnsafeRawBufferPointer
    ) throws(LogError) -> (deadBytes: UInt64, first: UInt64?) {
        guard !value.isEmpty else { return (0, nil) }
        guard value.count == 8 || value.count == 16, let base = value.baseAddress else {
            throw corruption("what a segment's key says is not two numbers")
        }
        return (base.loadLittleEndian(0), value.count == 16 ? base.loadLittleEndian(8) : nil)
    }

    /// The value of the key of a segment.
    static func segmentValue(deadBytes: UInt64, first: UInt64?) -> [UInt8] {
        bytes { writer in
            writer.append(deadBytes)
            if let first { writer.append(first) }
        }
    }

    /// Puts runs that begin at the same record in the order of the log. All of them but the last
    /// have control records only; the number of a merged segment says nothing about its place.
    func sortTies(_ runs: inout ContiguousArray<SettledRun>) throws(LogError) {
        let hasTies = zip(runs, runs.dropFirst()).contains { $0.firstRecord == $1.firstRecord }
        guard hasTies else { return }
        var places: [(run: SettledRun, first: UInt64)] = []
        for run in runs {
            let value = try value(of: CatalogKey.segment(run.segment)) ?? []
            let first = try value.span.withUnsafeBytes { (value) throws(LogError) in
                try Self.segmentValue(value).first
            }
            places.append((run, first ?? UInt64(run.segment)))
        }
        places.sort { ($0.run.firstRecord, $0.first) < ($1.run.firstRecord, $1.first) }
        runs = ContiguousArray(places.map(\.run))
    }

    /// Adds dead bytes to those of segments in use.
    func put(
        _ dead: [(segment: UInt32, bytes: UInt64)], to batch: inout IndexBatch
    ) throws(LogError) {
        for (segment, bytes) in dead {
            let key = CatalogKey.segment(segment)
            guard let value = try value(of: key) else { continue }
            let before = try value.span.withUnsafeBytes { (value) throws(LogError) in
                try Self.segmentValue(value)
            }
            let now = Self.segmentValue(
                deadBytes: before.deadBytes &+ bytes, first: before.first)
            try put(key, now, to: &batch)
        }
    }

    /// Puts a merged segment, whose first LSN is `first`, in the place of those it supersedes, the
    /// mark last, and waits until all of it is on stable storage.
    ///
    /// A crash leaves a prefix of it, which is done again when the log is opened. Streams that the
    /// catalog does not have any more get nothing.
    ///
    /// - Parameter deadBytes: how many bytes of it are dead already.
    func merge(
        _ changes: [SegmentMerge.Change], into segment: UInt32, from first: LSN,
        superseding superseded: [UInt32], deadBytes: UInt64 = 0, mark: CatalogMark
    ) throws(LogError) {
        try changing { () throws(LogError) in
            try mergeAll(
                changes, superseding: superseded, by: segment,
                saying: Self.segmentValue(deadBytes: deadBytes, first: first.rawValue), mark: mark)
        }
    }

    private func mergeAll(
        _ changes: [SegmentMerge.Change], superseding superseded: [UInt32], by segment: UInt32,
        saying entry: [UInt8], mark: CatalogMark
    ) throws(LogError) {
        var batch = IndexBatch(capacity: Self.batchBytes)
        for change in changes {
            guard try value(of: CatalogKey.record(change.id)) != nil else { continue }
            for run in change.old { try delete(CatalogKey.run(change.id, run), from: &batch) }
            if let run = change.new {
                try put(
                    CatalogKey.run(change.id, run), Self.bytes { run.encode(into: &$0) },
                    to: &batch)
            }
            guard batch.byteCount >= Self.batchBytes else { continue }
            try write(batch)
            batch.clear()
        }
        try put(CatalogKey.segment(segment), entry, to: &batch)
        for number in superseded { try delete(CatalogKey.segment(number), from: &batch) }
        try put(CatalogKey.mark, mark.encoded, to: &batch)
        try write(batch)
        try flush()
    }

    /// The runs of that stream, in order.
    func runs(of id: StreamID) throws(LogError) -> [SettledRun] {
        var runs: [SettledRun] = []
        try scan(IndexRange(prefix: CatalogKey.runs(of: id))) { (_, value) throws(LogError) in
            runs.append(try SettledRun(decoding: value, in: Self.indexName))
        }
        return runs
    }
}
