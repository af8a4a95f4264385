import VarveBytes
import VarveIndex

// Writing what a cut changed.

extension Catalog {
    /// Writes what a cut changed, whose segment begins with the LSN `first`, the mark last, and
    /// waits until all of it is on stable storage; how many bytes of which segments are dead by it.
    @discardableResult
    func apply(
        _ changes: [CatalogChange], segment: UInt32, from first: LSN, mark: CatalogMark
    ) throws(LogError) -> [UInt32: UInt64] {
        try changing { () throws(LogError) in
            try applyAll(changes, segment: segment, from: first, mark: mark)
        }
    }

    private func applyAll(
        _ changes: [CatalogChange], segment: UInt32, from first: LSN, mark: CatalogMark
    ) throws(LogError) -> [UInt32: UInt64] {
        var dead = DeadBytes()
        var batch = IndexBatch(capacity: Self.batchBytes)
        var totals = try self.totals()
        let (forked, released) = Self.sources(changes)
        for change in changes {
            if !change.record.isDeleted { try noteTrim(change, &dead, forked: forked) }
            try add(change, to: &batch, &dead)
            totals.note(change.record, after: change.previous)
            guard batch.byteCount >= Self.batchBytes else { continue }
            try put(totals, dead.take(), to: &batch)
            try write(batch)
            batch.clear()
        }
        try put(totals, dead.take(), to: &batch)
        if !released.isEmpty {
            // What was changed so far is looked at.
            try write(batch)
            batch.clear()
            for source in released { try noteRelease(of: source, &dead) }
            try put(dead.take(), to: &batch)
        }
        let value = Self.segmentValue(deadBytes: 0, first: first.rawValue)
        try put(CatalogKey.segment(segment), value, to: &batch)
        try put(CatalogKey.mark, mark.encoded, to: &batch)
        try write(batch)
        try flush()
        return dead.all
    }

    private func put(
        _ totals: CatalogTotals, _ dead: [(segment: UInt32, bytes: UInt64)],
        to batch: inout IndexBatch
    ) throws(LogError) {
        try put(CatalogKey.totals, totals.encoded, to: &batch)
        try put(dead, to: &batch)
    }

    private func add(
        _ change: CatalogChange, to batch: inout IndexBatch, _ dead: inout DeadBytes
    ) throws(LogError) {
        let record = change.record
        if let alarm = change.previous?.alarmMilliseconds, alarm != record.alarmMilliseconds {
            try delete(CatalogKey.alarm(alarm, record.id), from: &batch)
        }
        guard !record.isDeleted else { return try remove(change, from: &batch, &dead) }
        try put(CatalogKey.record(record.id), Self.bytes { record.encode(into: &$0) }, to: &batch)
        if change.previous == nil {
            try put(CatalogKey.name(record.name), CatalogKey.stream(record.id), to: &batch)
            try addFork(record, to: &batch)
        }
        for entry in change.entries {
            try put(CatalogKey.entry(record.id, entry.key), entry.value, to: &batch)
        }
        if let run = change.run {
            try put(
                CatalogKey.run(record.id, run), Self.bytes { run.encode(into: &$0) }, to: &batch)
        }
        if let alarm = record.alarmMilliseconds {
            try put(CatalogKey.alarm(alarm, record.id), [], to: &batch)
        }
    }

    private func addFork(
        _ record: StreamRecord, to batch: inout IndexBatch
    ) throws(LogError) {
        guard let origin = record.origin else { return }
        let position = Self.bytes { writer in
            writer.append(origin.position.record)
            writer.append(origin.position.byte)
        }
        try put(CatalogKey.fork(of: origin.source, record.id), position, to: &batch)
    }

    /// Removes everything of a deleted stream; its name only if no later stream has it.
    private func remove(
        _ change: CatalogChange, from batch: inout IndexBatch, _ dead: inout DeadBytes
    ) throws(LogError) {
        let record = change.record
        // What lies before was counted when it was trimmed away.
        let visibleStart = change.previous?.visibleStart ?? .start
        var keys: [[UInt8]] = []
        try scan(IndexRange(prefix: CatalogKey.stream(record.id))) {
            (key, value) throws(LogError) in
            keys.append(Array(key))
            guard case .run = CatalogKey.parse(key)?.part else { return }
            let run = try SettledRun(decoding: value, in: Self.indexName)
            if run.end.record > visibleStart.record { dead.add(run) }
        }
        for key in keys { try delete(key, from: &batch) }
        if let origin = record.origin {
            try delete(CatalogKey.fork(of: origin.source, record.id), from: &batch)
        }
        let name = CatalogKey.name(record.name)
        if try value(of: name) == CatalogKey.stream(record.id) { try delete(name, from: &batch) }
    }
}
