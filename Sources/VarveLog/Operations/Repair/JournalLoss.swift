import VarveStorage

/// What is lost when a journal is cut: told from the frames behind the cut that can still be read.
struct JournalLoss {
    /// The journal.
    let checkup: JournalCheckup
    /// Where it is cut.
    let broken: JournalBreak

    /// What one stream loses.
    private struct Part {
        var name: String?
        var first: StreamPosition
        var end: StreamPosition
        var place: String
    }

    /// What has been read.
    private struct Reading {
        var parts: [UInt64: Part] = [:]
        var created: [String] = []
        var deleted: [UInt64] = []
        var known: [ClosedRange<UInt64>] = []

        mutating func note(_ frame: Frame, in place: String) {
            let header = frame.header
            if let last = known.last, last.upperBound + 1 == header.lsn {
                known[known.count - 1] = last.lowerBound...header.lsn
            } else {
                known.append(header.lsn...header.lsn)
            }
            if header.kind == .delete { deleted.append(header.stream) }
            let start = StreamPosition(record: header.firstRecord, byte: header.firstByte)
            var records = header.firstRecord
            for index in 0..<Int(header.recordCount)
            where frame.entry(index).kind?.takesNumber ?? true { records += 1 }
            let end = StreamPosition(
                record: records, byte: header.firstByte + UInt64(header.payloadBytes))
            var part = parts[header.stream] ?? Part(first: start, end: end, place: place)
            if header.kind.creates, header.nameBytes > 0 {
                let name = String(decoding: frame.name, as: UTF8.self)
                part.name = name
                created.append(name)
            }
            part.first = min(part.first, start)
            part.end = max(part.end, end)
            parts[header.stream] = part
        }
    }

    /// Adds it to a report.
    func add(to report: inout RepairReport) throws(LogError) {
        var reading = Reading()
        for index in broken.index..<checkup.files.count {
            let file = checkup.files[index]
            guard let header = file.header else { continue }
            var from = UInt64(Format.fileHeaderBytes)
            if let place = broken.place, index == broken.index { from = place.byte }
            let next = index + 1 < checkup.files.count ? checkup.files[index + 1].header : nil
            try read(file, header, from: from, end: next?.previousEndByte, into: &reading)
        }
        for (id, part) in reading.parts.sorted(by: { $0.key < $1.key }) where part.first < part.end
        {
            let known = part.name == nil ? try name(of: id) : part.name
            report.losses.append(
                .init(
                    stream: id, name: known, first: part.first, end: part.end, place: part.place))
        }
        if !reading.created.isEmpty {
            report.notes.append(
                "these streams were created behind LSN \(broken.firstLost - 1) and are lost: "
                    + reading.created.map(JSONLine.quoted).joined(separator: ", "))
        }
        if !reading.deleted.isEmpty {
            report.notes.append(
                "these streams were deleted behind LSN \(broken.firstLost - 1) and are there "
                    + "again: " + reading.deleted.map(String.init).joined(separator: ", "))
        }
        noteUnknown(reading, &report)
    }

    /// Says which LSNs could not be read at all.
    private func noteUnknown(_ reading: Reading, _ report: inout RepairReport) {
        var next = broken.firstLost
        for range in reading.known {
            if range.lowerBound > next { noteUnknown(next, range.lowerBound - 1, &report) }
            next = max(next, range.upperBound + 1)
        }
        if reading.known.isEmpty {
            report.notes.append(
                "LSN \(next) and what may have followed cannot be read: what it did is not known")
        }
    }

    private func noteUnknown(_ first: UInt64, _ last: UInt64, _ report: inout RepairReport) {
        report.notes.append("LSN \(first) to \(last) cannot be read: what they did is not known")
    }

    private func name(of id: UInt64) throws(LogError) -> String? {
        try checkup.catalog.stream(StreamID(rawValue: id)).map {
            String(decoding: $0.record.name, as: UTF8.self)
        }
    }

    /// Reads what can be read of a file from a place on.
    private func read(
        _ file: JournalDirectory.File, _ header: FileHeader, from byte: UInt64, end: UInt64?,
        into reading: inout Reading
    ) throws(LogError) {
        let backend = try LogError.wrapping { () throws(StorageError) in
            try checkup.volume.open(file.name.path, create: .never)
        }
        let scan = FrameScan(backend, fileID: header.id, recordedEnd: end)
        // The group around the place: its frames behind the damage are lost, and readable if the
        // damaged one is stepped over, which only the next group's header makes sure of.
        var from = Format.aligned(byte)
        var collected = reading
        defer { reading = collected }
        while let group = try scan.nextGroup(from: from, atLeast: broken.firstLost) {
            let stop = try scan.run(from: group.byte, nextLSN: group.firstLSN) {
                (item) throws(LogError) in
                if case .frame(let frame, _) = item { collected.note(frame, in: file.name.path) }
            }
            guard stop.problem != nil else { return }
            from = stop.byte + 1
        }
    }
}
