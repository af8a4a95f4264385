/// How a mutation is cut into the frames of its set.
///
/// The stored bytes of all records, each with its separator, form one run; a part takes at most
/// `Format.partPayloadBytesMax` of it, and at most `Format.partRecordsMax` records start in it.
struct PartPlan {
    /// One frame of the set.
    struct Part {
        /// The index of the first record that starts here.
        var firstIndex: Int
        /// The number of records that start here.
        var recordCount: Int
        /// How many bytes at the front belong to the record before `firstIndex`.
        var continued: Int
        /// How many stored bytes of that record lie in earlier parts.
        var continuedFrom: Int
        /// The bytes of payload.
        var payloadBytes: Int
    }

    /// Bytes of all records with their separators.
    let payloadBytes: Int
    private let records: UnsafeBufferPointer<RecordBytes>
    private let separatorBytes: Int

    /// A plan for the records of `mutation`.
    init(_ mutation: Mutation) {
        records = mutation.records
        separatorBytes = mutation.separator == nil ? 0 : 1
        var total = 0
        for record in records {
            total += record.bytes.count + (record.kind == .data ? separatorBytes : 0)
        }
        payloadBytes = total
    }

    /// True when one frame takes everything, as nearly always.
    var isSinglePart: Bool {
        payloadBytes <= Format.partPayloadBytesMax && records.count <= Format.partRecordsMax
    }

    /// The bytes a record takes in the stream.
    func storedBytes(_ index: Int) -> Int {
        records[index].bytes.count + (records[index].kind == .data ? separatorBytes : 0)
    }

    /// The part that is everything.
    var wholePart: Part {
        Part(
            firstIndex: 0, recordCount: records.count, continued: 0, continuedFrom: 0,
            payloadBytes: payloadBytes)
    }

    /// The first part.
    var firstPart: Part {
        filled(Part(firstIndex: 0, recordCount: 0, continued: 0, continuedFrom: 0, payloadBytes: 0))
    }

    /// The part after `part`, or nil when that was the last.
    func part(after part: Part) -> Part? {
        let nextIndex = part.firstIndex + part.recordCount
        var next = Part(
            firstIndex: nextIndex, recordCount: 0, continued: 0, continuedFrom: 0, payloadBytes: 0)
        let unfinished = unfinishedBytes(after: part)
        if unfinished > 0 {
            next.continued = min(unfinished, Format.partPayloadBytesMax)
            next.continuedFrom = storedBytes(nextIndex - 1) - unfinished
            next.payloadBytes = next.continued
        } else if nextIndex == records.count {
            return nil
        }
        return filled(next)
    }

    /// How many bytes of the last record that started up to `part` lie behind `part`.
    private func unfinishedBytes(after part: Part) -> Int {
        if part.recordCount == 0 {
            guard part.firstIndex > 0 else { return 0 }
            return storedBytes(part.firstIndex - 1) - part.continuedFrom - part.continued
        }
        var started = part.continued
        for index in part.firstIndex..<part.firstIndex + part.recordCount {
            started += storedBytes(index)
        }
        return started - part.payloadBytes
    }

    /// `part` with as many records as fit behind what continues.
    private func filled(_ part: Part) -> Part {
        var part = part
        let isUnfinished =
            part.continued > 0
            && part.continuedFrom + part.continued < storedBytes(part.firstIndex - 1)
        var index = part.firstIndex
        while !isUnfinished, index < records.count, part.recordCount < Format.partRecordsMax {
            let stored = storedBytes(index)
            let room = Format.partPayloadBytesMax - part.payloadBytes
            // A record without bytes needs no room; any other starts only where some is left.
            if room == 0, stored > 0 { break }
            part.recordCount += 1
            part.payloadBytes += min(stored, room)
            index += 1
            if stored > room { break }
        }
        return part
    }
}
