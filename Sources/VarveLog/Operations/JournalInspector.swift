import VarveStorage

/// Shows the files, groups and frames of a journal, and the records in them.
struct JournalInspector {
    /// Where the files are.
    let volume: any Volume
    /// What is shown.
    let options: InspectionOptions

    /// Calls `visit` for everything that is shown, in the order of the log.
    func inspect(
        _ found: JournalDirectory, _ filter: inout StreamFilter,
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        for (index, file) in found.files.enumerated() {
            let next = index + 1 < found.files.count ? found.files[index + 1].header : nil
            if let next, next.baseLSN <= options.firstLSN { continue }
            guard let header = file.header else {
                try visit(
                    .end(.init(byte: 0, nextLSN: 0, problem: file.damage?.description)))
                continue
            }
            try visit(
                .file(
                    .init(
                        name: file.name.path, bytes: file.size, baseLSN: header.baseLSN,
                        previous: (
                            header.previousNumber, header.previousEndByte, header.previousEndLSN
                        ), syncedThrough: header.syncedThrough,
                        wallMilliseconds: header.wallMilliseconds)))
            let backend = try LogError.wrapping { () throws(StorageError) in
                try volume.open(file.name.path, create: .never)
            }
            let scan = FrameScan(
                backend, fileID: header.id, recordedEnd: next?.previousEndByte)
            try inspect(scan, header, &filter, visit)
        }
        for name in found.spares + found.unfinished { try visit(.waiting(name: name.path)) }
    }

    private func inspect(
        _ scan: FrameScan, _ header: FileHeader, _ filter: inout StreamFilter,
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        var byte = UInt64(Format.fileHeaderBytes)
        var lsn = header.baseLSN
        // Moved out and back: the closure cannot hold the caller's.
        var passing = filter
        defer { filter = passing }
        while true {
            // A group is shown with its first frame that is.
            var group: InspectionItem?
            let stop = try scan.run(from: byte, nextLSN: lsn) { (item) throws(LogError) in
                switch item {
                case .group(let header):
                    group = Self.item(header)
                    let end = header.firstLSN + UInt64(header.frameCount)
                    guard passing.passesAll, end > options.firstLSN, let shown = group else {
                        return
                    }
                    try visit(shown)
                    group = nil
                case .frame(let frame, let byte):
                    let name = Self.name(of: frame)
                    guard passing.passes(frame.header.stream, name: name),
                        frame.header.lsn >= options.firstLSN
                    else { return }
                    if let shown = group { try visit(shown) }
                    group = nil
                    try visit(
                        .frame(
                            .init(
                                byte: byte, header: frame.header, name: name,
                                visible: frame.visible, redaction: Self.redaction(of: frame))))
                    try showRecords(of: frame, visit)
                case .groupEnd: break
                }
            }
            // Behind the end of a file that has a successor nobody reads but who looks for it.
            if stop.isRecordedEnd, passing.passesAll,
                let seal = try scan.groupHeader(at: stop.byte),
                seal.successor != nil
            {
                try visit(Self.item(seal))
            }
            try visit(
                .end(.init(byte: stop.byte, nextLSN: stop.nextLSN, problem: stop.problem)))
            guard stop.problem != nil,
                let next = try scan.nextGroup(from: stop.byte + 1, atLeast: stop.nextLSN)
            else { return }
            byte = next.byte
            lsn = next.firstLSN
        }
    }

    private static func item(_ group: GroupHeader) -> InspectionItem {
        .group(
            .init(
                byte: group.byte, firstLSN: group.firstLSN, frameCount: group.frameCount,
                frameBytes: group.frameBytes, syncedThrough: group.syncedThrough,
                nextFile: group.successor?.number))
    }

    private static func name(of frame: Frame) -> String? {
        frame.header.kind.creates && frame.header.nameBytes > 0
            ? String(decoding: frame.name, as: UTF8.self) : nil
    }

    private static func redaction(
        of frame: Frame
    ) -> (redaction: Redaction, reason: String)? {
        frame.redaction.map { ($0, String(decoding: frame.annotation, as: UTF8.self)) }
    }

    /// Shows the records that start in a frame, each with those of its bytes that are there.
    private func showRecords(
        of frame: Frame, _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        guard options.showsRecords else { return }
        var rest = frame.payload
        func show(_ count: Int) throws(LogError) {
            let bytes = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
            rest = UnsafeRawBufferPointer(rebasing: rest[bytes.count...])
            guard options.content != .none, !bytes.isEmpty else { return }
            try visit(.detail(.content(bytes, options.content)))
        }
        try show(frame.continued)
        var number = frame.header.firstRecord
        for index in 0..<Int(frame.header.recordCount) {
            let entry = frame.entry(index)
            try visit(.detail(.record(entry, number: number, of: frame.header.stream)))
            if entry.kind?.takesNumber ?? true { number += 1 }
            try show(entry.storedBytes)
        }
    }
}
