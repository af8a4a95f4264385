import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage
import VarveStreams

/// Settling and merging, and what must be so afterwards.
extension World {
    /// Moves what is synced into a segment, and merges segments that are alike; a failure, which
    /// changes nothing, is up to the faults.
    func settle() throws(Violation) {
        let synced = try arrange("settled") { (log) throws(LogError) in try log.settle() }
        if let synced { marked = max(marked, synced) }
    }

    /// Merges as many segments as may be.
    func compact() throws(Violation) {
        guard try arrange("compacted", { (log) throws(LogError) in try log.compact() }) != nil,
            swarm.logOptions.mergeBytesMax == LogOptions().mergeBytesMax
        else { return }
        let dead = catalogSegments().filter { $0.deadBytes > 0 }
        try Violation.require(
            dead.isEmpty, "compaction leaves dead bytes in segment \(dead.first?.number ?? 0)")
    }

    /// Merges neighbours, wherever.
    func merge() throws(Violation) {
        let count = 1 + random.next(below: 4)
        let skipped = random.next(below: max(1, catalogSegments().count))
        _ = try arrange("merged \(count) behind \(skipped)") { (log) throws(LogError) in
            try log.stepMerger(skipping: skipped, count: count)
        }
    }

    /// Does what the arranger's thread would; the LSN that was synced then, nil if it failed.
    private func arrange(
        _ what: String, _ body: (EventLog) throws(LogError) -> Void
    ) throws(Violation) -> UInt64? {
        let log = try open.log
        let fired = plan.firedCount
        let error = asWorker { () -> LogError? in
            do throws(LogError) {
                try body(log)
                return nil
            } catch {
                return error
            }
        }
        trace.note("\(what) through \(log.synced): \(error?.code ?? "done")")
        if let error {
            let mayFail = log.failure != nil || plan.firedCount > fired || isIndexFailing
            try Violation.require(mayFail || hasSettlingFailed, "not \(what): \(error)")
            try Violation.require(error.code != "corruption", "not \(what): \(error)")
            hasSettlingFailed = true
        }
        let synced = log.synced.rawValue
        try noteDurable()
        try rethrowNested()
        return error == nil ? synced : nil
    }

    /// The segments on disk are those in use, and no others.
    func checkSegments() throws(Violation) {
        let known = catalogSegmentFiles()
        let found = try segmentFiles()
        try Violation.require(
            found.sorted() == known.sorted(),
            "the segments \(found) are there, and \(known) in use")
    }

    /// The files in the directory of segments.
    func segmentFiles() throws(Violation) -> [String] {
        do throws(StorageError) {
            guard try disk.list("").contains("segments") else { return [] }
            return try disk.list("segments").map { "segments/\($0)" }
        } catch {
            throw Violation("the disk cannot be listed: \(error)")
        }
    }

    /// The engine counts streams and bytes as the model does.
    func checkTotals() throws(Violation) {
        guard let engine, engine.log.failure != .closed else { return }
        try Violation.require(
            engine.streamCount == model.names.count,
            "\(engine.streamCount) streams are counted, \(model.names.count) are there")
        try Violation.require(
            engine.totalBytes == model.ownBytes,
            "\(engine.totalBytes) bytes are counted, \(model.ownBytes) are there")
    }
}
