// Bytes of records that are erased, while they may still be in the file.

extension SegmentFile {
    /// Puts fillers over what `buffer`, which has the bytes of the stream from `byte` on, holds of
    /// records of `run` that are erased; false when that would wait for a disk and `blocking` is
    /// false.
    func apply(
        _ redactions: [Redaction], to buffer: UnsafeMutableRawBufferPointer, of run: SettledRun,
        from byte: UInt64, blocking: Bool
    ) throws(LogError) -> Bool {
        let end = byte + UInt64(buffer.count)
        for redaction in redactions
        where redaction.concerns(run) && redaction.start.byte < end && redaction.end.byte > byte {
            var next = max(redaction.start.record, run.firstRecord)
            let last = min(redaction.end.record, run.end.record)
            while next < last {
                guard let interval = try interval(of: run, with: next, blocking: blocking) else {
                    return false
                }
                interval.forEach { element in
                    guard redaction.erases(element.kind, element.position.record) else {
                        return element.position.record < last
                    }
                    let first = element.position.byte
                    let behind = first + UInt64(element.entry.length)
                    let from = max(first, byte)
                    let to = min(behind, end)
                    guard from < to else { return true }
                    redaction.filler.fill(
                        UnsafeMutableRawBufferPointer(
                            rebasing: buffer[Int(from - byte)..<Int(to - byte)]),
                        from: Int(from - first), of: element.entry.length)
                    return true
                }
                guard interval.end.record > next else { break }
                next = interval.end.record
            }
        }
        return true
    }
}
