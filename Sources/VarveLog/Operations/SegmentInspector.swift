import VarveStorage

/// Shows the segments of a log: their streams, runs, checkpoints and records.
struct SegmentInspector {
    /// Where the files are.
    let volume: any Volume
    /// What is shown.
    let options: InspectionOptions

    /// Calls `visit` for everything that is shown, in the order of the log; segments that cannot be
    /// opened first.
    func inspect(
        _ filter: inout StreamFilter, _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        var files: [SegmentFile] = []
        for number in try SegmentDirectory(reading: volume).numbers {
            do throws(LogError) {
                files.append(try SegmentFile.open(volume: volume, number: number))
            } catch {
                let failure = error
                try visit(
                    .segment(
                        SegmentDescription(number) { () throws(LogError) in
                            throw failure
                        }))
            }
        }
        files.sort { $0.header.first < $1.header.first }
        for file in files where file.header.last.rawValue >= options.firstLSN {
            try inspect(file, &filter, visit)
        }
    }

    private func inspect(
        _ file: SegmentFile, _ filter: inout StreamFilter,
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        if options.parts.contains(.segments) {
            try visit(
                .segment(SegmentDescription(file.header.number) { () throws(LogError) in file }))
        }
        guard options.showsRuns else { return }
        var passing = filter
        defer { filter = passing }
        try file.forEachReadableStream { (stream) throws(LogError) in
            let name = String(decoding: stream.record.name, as: UTF8.self)
            guard passing.passes(stream.record.id.rawValue, name: name) else { return }
            try show(stream, of: file, visit)
        } damage: { (error) throws(LogError) in
            try visit(.detail(.damage(error, in: file.path)))
        }
    }

    private func show(
        _ stream: SegmentStream, of file: SegmentFile,
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        let id = stream.record.id
        try visit(
            .detail(.stream(stream.record, entries: stream.entries.count, in: file.path)))
        guard let run = stream.run else { return }
        if options.parts.contains(.runs) {
            try visit(.detail(.run(run, of: id, in: file.path)))
        }
        guard options.showsRecords else { return try showCheckpoints(of: run, of: id, file, visit) }
        for interval in 0..<run.checkpointCount {
            // What `visit` throws ends everything; what the walk throws ends the interval.
            var failure: LogError?
            do throws(LogError) {
                try file.walk(run, intervals: interval..<interval + 1) { (item) throws(LogError) in
                    do throws(LogError) {
                        try show(item, of: id, visit)
                    } catch {
                        failure = error
                        throw error
                    }
                }
            } catch {
                if let failure { throw failure }
                try visit(.detail(.damage(error, in: file.path)))
            }
        }
    }

    /// Shows the checkpoints alone, without a look at the records.
    private func showCheckpoints(
        of run: SettledRun, of stream: StreamID, _ file: SegmentFile,
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        guard options.parts.contains(.checkpoints) else { return }
        for index in 0..<run.checkpointCount {
            let found: Result<SegmentCheckpoint, LogError> =
                Result { () throws(LogError) in try file.checkpoint(run, at: index) }
            switch found {
            case .success(let checkpoint):
                try visit(
                    .detail(.checkpoint(checkpoint.position, checkpoint.head, of: stream)))
            case .failure(let error):
                try visit(.detail(.damage(error, in: file.path)))
            }
        }
    }

    private func show(
        _ item: SegmentItem, of stream: StreamID,
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        switch item {
        case .checkpoint(let position, let head):
            guard options.parts.contains(.checkpoints) else { return }
            try visit(.detail(.checkpoint(position, head, of: stream)))
        case .record(let record):
            guard options.showsRecords else { return }
            try visit(
                .detail(
                    .record(
                        record.entry, number: record.position.record, of: stream.rawValue,
                        leaf: record.leaf)))
        case .bytes(let bytes):
            guard options.content != .none else { return }
            try visit(.detail(.content(bytes, options.content)))
        }
    }
}

extension SegmentFile {
    /// Calls `body` with what the segment says of each stream, in ascending order of their ids, and
    /// `damage` with what is wrong instead of a group of streams; goes on behind it.
    ///
    /// Reading past damage is for showing and for saving what is left: `forEachStream` is the one
    /// that says whether all of it is right.
    func forEachReadableStream(
        _ body: (SegmentStream) throws(LogError) -> Void,
        damage report: (LogError) throws(LogError) -> Void
    ) throws(LogError) {
        var index = 0
        while index < groups.count {
            let block: SlotTableReader.Block
            do throws(LogError) {
                guard let found = try groups.block(of: index, blocking: true) else { return }
                block = found
            } catch {
                try report(error)
                index += SlotTable.slotsPerBlock(slotBytes: SegmentFormat.groupSlotBytes)
                continue
            }
            for slot in index..<index + block.count {
                let group: [SegmentStream]
                do throws(LogError) {
                    group = try readGroup(
                        at: block.word(1, of: slot), until: try groupEnd(slot, block),
                        firstID: block.word(0, of: slot))
                } catch {
                    try report(error)
                    continue
                }
                for stream in group { try body(stream) }
            }
            index += block.count
        }
    }
}
