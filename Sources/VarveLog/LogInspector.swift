public import VarveStorage

/// Shows what a log's files hold, as values in order. Reads only; takes no lock.
public enum LogInspector {
    /// Calls `visit` for every segment, and every file, group and frame of the journal, of the log
    /// in `directory`, in order.
    ///
    /// Goes on behind damage where another valid group is found, and says so in an `end` item.
    /// - Throws: `foreignFile`, `newerFormat`, `missingFile`, `io`, and what `visit` throws.
    public static func inspect(
        directory: String, _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        let volume = try LogError.wrapping { () throws(StorageError) in
            try FileVolume(rootDirectory: directory, access: .readOnly, create: .never)
        }
        try inspect(volume: volume, visit)
    }

    /// The same for any volume.
    public static func inspect(
        volume: any Volume, _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        let found = try JournalDirectory(reading: volume)
        for number in try SegmentDirectory(reading: volume).numbers {
            let description = SegmentDescription(number) { () throws(LogError) in
                try SegmentFile.open(volume: volume, number: number)
            }
            try visit(.segment(description))
        }
        for (index, file) in found.files.enumerated() {
            guard let header = file.header else {
                try visit(
                    .end(
                        .init(byte: 0, nextLSN: 0, problem: file.damage?.description)))
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
            let next = index + 1 < found.files.count ? found.files[index + 1].header : nil
            let backend = try LogError.wrapping { () throws(StorageError) in
                try volume.open(file.name.path, create: .never)
            }
            let scan = FrameScan(
                backend, fileID: header.id, recordedEnd: next?.previousEndByte)
            try inspect(scan, header, visit)
        }
        for name in found.spares + found.unfinished { try visit(.waiting(name: name.path)) }
    }

    private static func inspect(
        _ scan: FrameScan, _ header: FileHeader,
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        var byte = UInt64(Format.fileHeaderBytes)
        var lsn = header.baseLSN
        while true {
            let stop = try scan.run(from: byte, nextLSN: lsn) { (item) throws(LogError) in
                switch item {
                case .group(let group):
                    try visit(
                        .group(
                            .init(
                                byte: group.byte, firstLSN: group.firstLSN,
                                frameCount: group.frameCount, frameBytes: group.frameBytes,
                                syncedThrough: group.syncedThrough)))
                case .frame(let frame, let byte):
                    let name =
                        frame.header.kind.creates && frame.header.nameBytes > 0
                        ? String(decoding: frame.name, as: UTF8.self) : nil
                    try visit(.frame(.init(byte: byte, header: frame.header, name: name)))
                case .groupEnd: break
                }
            }
            try visit(
                .end(.init(byte: stop.byte, nextLSN: stop.nextLSN, problem: stop.problem)))
            guard stop.problem != nil,
                let group = try scan.nextGroup(from: stop.byte + 1, atLeast: stop.nextLSN)
            else { return }
            byte = group.byte
            lsn = group.firstLSN
        }
    }
}
