import VarveBytes
import VarveIndex

// What the catalog says of segments: how much of them is dead, and which took the place of others.

extension Catalog {
    /// The bytes that are dead in a segment, from the value of its key: none, or eight bytes
    /// (persisted).
    static func deadBytes(_ value: UnsafeRawBufferPointer) throws(LogError) -> UInt64 {
        guard !value.isEmpty else { return 0 }
        guard value.count == 8, let base = value.baseAddress else {
            throw corruption("a segment's dead bytes are not a number")
        }
        return base.loadLittleEndian(as: UInt64.self)
    }

    /// Adds dead bytes to those of segments in use.
    func put(
        _ dead: [(segment: UInt32, bytes: UInt64)], to batch: inout IndexBatch
    ) throws(LogError) {
        for (segment, bytes) in dead {
            let key = CatalogKey.segment(segment)
            guard let value = try value(of: key) else { continue }
            let before = try value.span.withUnsafeBytes { (value) throws(LogError) in
                try Self.deadBytes(value)
            }
            try put(key, Self.bytes { $0.append(before &+ bytes) }, to: &batch)
        }
    }

    /// Puts a merged segment in the place of those it supersedes, the mark last, and waits until
    /// all of it is on stable storage.
    ///
    /// A crash leaves a prefix of it, which is done again when the log is opened. Streams that the
    /// catalog does not have any more get nothing.
    func merge(
        _ changes: [SegmentMerge.Change], into segment: UInt32, superseding superseded: [UInt32],
        mark: CatalogMark
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
        try put(CatalogKey.segment(segment), [], to: &batch)
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
