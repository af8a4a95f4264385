import VarveStorage

// Erasing records, on the settler's thread: segments that have them are written anew without what
// they said, before the frames that ask for it are settled.

extension Settler {
    /// Erases records; when it returns, no segment in use has their bytes.
    ///
    /// Done a second time, after a crash say, it changes nothing.
    func erase(
        _ wanted: [(stream: StreamID, redaction: Redaction)]
    ) throws(LogError) {
        // Found after opening, when no redaction is counted: the merge is tried again later.
        guard !work.isMerging else {
            update { $0.isErasureWaiting = true }
            throw .overloaded(reason: "segments are being merged")
        }
        var bySegment: [UInt32: [StreamID: [Redaction]]] = [:]
        for (stream, redaction) in wanted {
            for run in try parts.catalog.runs(of: stream) where redaction.concerns(run) {
                bySegment[run.segment, default: [:]][stream, default: []].append(redaction)
            }
        }
        for (number, redactions) in bySegment.sorted(by: { $0.key < $1.key }) {
            let next = takeSegmentNumber()
            let input = try source.open(number, in: parts.volume)
            _ = try write([input], as: next, superseding: [number], erasing: redactions)
            drop([number])
        }
    }
}
