public import VarveStorage

/// Checks a whole log offline: every header, checksum, length and hash. Reads only; takes no lock.
///
/// May run beside a server: what is being written then lies behind the durable mark and is not
/// judged, and when files went meanwhile because others took their place, it begins anew.
public enum LogVerifier {
    /// Checks the log in `directory`.
    ///
    /// Damage is reported, not thrown.
    /// - Throws: `foreignFile`, `newerFormat`, `missingFile` (no such directory), `io`.
    public static func verify(
        directory: String, options: VerificationOptions = VerificationOptions()
    ) throws(LogError) -> VerificationReport {
        let volume = try LogError.wrapping { () throws(StorageError) in
            try FileVolume(rootDirectory: directory, access: .readOnly, create: .never)
        }
        return try verify(volume: volume, options: options)
    }

    /// How often it begins anew beside a server that settles and merges all the time.
    private static let attemptsMax = 8

    /// Checks the log in `volume`.
    public static func verify(
        volume: any Volume, options: VerificationOptions = VerificationOptions()
    ) throws(LogError) -> VerificationReport {
        for _ in 1..<attemptsMax {
            let files = try files(of: volume)
            let outcome: Result<VerificationReport, LogError>
            do throws(LogError) {
                outcome = .success(try verifyOnce(volume, options))
            } catch {
                outcome = .failure(error)
            }
            if case .success(let report) = outcome, report.isClean { return report }
            if try files == self.files(of: volume) { return try outcome.get() }
        }
        return try verifyOnce(volume, options)
    }

    /// The names of the log's files.
    private static func files(of volume: any Volume) throws(LogError) -> [[String]] {
        try LogError.wrapping { () throws(StorageError) in
            let directories = try volume.list("")
            return try [Format.journalDirectory, SegmentFormat.directory].map {
                (name) throws(StorageError) in
                directories.contains(name) ? try volume.list(name).sorted() : []
            }
        } + [CatalogVerifier.files(of: volume)]
    }

    private static func verifyOnce(
        _ volume: any Volume, _ options: VerificationOptions
    ) throws(LogError) -> VerificationReport {
        var found = try JournalDirectory(reading: volume)
        let context = VerificationContext(options)
        for file in found.files { context.progress.expect(file.size) }
        let catalog = try CatalogVerifier(of: volume)
        let settled = try SegmentVerifier(checking: volume, context)
        // Of segments that are lost at the end the catalog alone knows.
        let cut = catalog.mark.cut.lsn > settled.cut.lsn ? catalog.mark.cut : settled.cut
        var run = Run(settled, behind: cut, context)
        run.report.damages.insert(
            contentsOf: catalog.damages(beside: settled, streams: options.stream == nil), at: 0)
        do throws(LogError) {
            try found.begin(at: cut, isNew: catalog.catalog == nil)
        } catch {
            run.add(error)
        }
        for error in found.continuityErrors() { run.add(error) }
        run.report.fileCount = found.files.count
        for (index, file) in found.files.enumerated() {
            guard let header = file.header else { continue }
            let backend = try LogError.wrapping { () throws(StorageError) in
                try volume.open(file.name.path, create: .never)
            }
            let isLast = index + 1 == found.files.count
            let next = isLast ? nil : found.files[index + 1].header
            let seal = try run.check(
                FrameScan(backend, fileID: header.id, recordedEnd: next?.previousEndByte), header,
                name: file.name.path, next: next)
            if isLast, let seal, try isLastFile(file.name, in: volume) {
                run.add(FileSeal.missing(seal, in: file.name.path))
            }
        }
        return run.finished()
    }

    /// Whether a file is still the last one of the journal: beside a server others may have come.
    private static func isLastFile(
        _ file: JournalFileName, in volume: any Volume
    ) throws(LogError) -> Bool {
        let names = try LogError.wrapping { () throws(StorageError) in
            try volume.list(Format.journalDirectory)
        }
        let numbers = names.compactMap(JournalFileName.init).filter { $0.role == .journal }
        return numbers.map(\.number).max() == file.number
    }

    /// One verification under way.
    private struct Run {
        var report = VerificationReport()
        private var chains: ChainCheck
        /// Where the settled part ends: frames before it are not looked at.
        private let cut: CutPoint
        private let context: VerificationContext

        /// Goes on behind `cut` with what the segments have.
        init(_ settled: SegmentVerifier, behind cut: CutPoint, _ context: VerificationContext) {
            self.context = context
            chains = ChainCheck(
                from: settled.streams, watch: context.watch, only: context.options.stream)
            self.cut = cut
            report.damages = settled.damages
            report.segmentCount = settled.segmentCount
            report.signedSegmentCount = settled.signedCount
            report.durableMark = LSN(cut.lsn)
            report.lastLSN = LSN(cut.lsn)
        }

        mutating func add(_ error: LogError) {
            switch error {
            case .corruption(let file, let byte, let count, let detail):
                report.damages.append(
                    .init(
                        file: file, stream: nil, record: nil, byte: byte, count: count,
                        detail: detail))
            case .missingFile(let path):
                report.damages.append(
                    .init(
                        file: path, stream: nil, record: nil, byte: 0, count: 0,
                        detail: "the file is missing"))
            default:
                report.damages.append(
                    .init(
                        file: "", stream: nil, record: nil, byte: 0, count: 0,
                        detail: error.description))
            }
        }

        /// Checks the frames of a file; its seal, if it has no successor that can be read.
        mutating func check(
            _ scan: FrameScan, _ header: FileHeader, name: String, next: FileHeader?
        ) throws(LogError) -> GroupHeader? {
            let claims =
                next == nil
                ? try scan.claims(of: header.number, atLeast: header.syncedThrough) : nil
            let mark = claims?.durableMark ?? next?.previousEndLSN ?? 0
            report.durableMark = max(report.durableMark, LSN(mark))
            let isCut = header.number == cut.place.fileNumber
            var byte = isCut ? cut.place.byte : UInt64(Format.fileHeaderBytes)
            var lsn = isCut ? cut.lsn + 1 : header.baseLSN
            while true {
                let stop = try follow(scan, from: byte, lsn, name)
                chains.dropIncompleteSet()
                if stop.isRecordedEnd, stop.problem == nil {
                    if let next, stop.nextLSN != next.baseLSN {
                        damage(name, stop, "LSN \(stop.nextLSN) to \(next.baseLSN - 1) are missing")
                    }
                    return nil
                }
                if next == nil, !stop.isDamage(below: mark) { return claims?.seal }
                damage(name, stop, stop.problem ?? "LSN \(stop.nextLSN) was synced and is not here")
                guard let group = try scan.nextGroup(from: stop.byte + 1, atLeast: stop.nextLSN)
                else { return claims?.seal }
                byte = group.byte
                lsn = group.firstLSN
            }
        }

        /// Follows the frames until something is not what must come next.
        private mutating func follow(
            _ scan: FrameScan, from byte: UInt64, _ lsn: UInt64, _ name: String
        ) throws(LogError) -> FrameScan.Stop {
            // Moved out and back, so that the closure does not hold `self`.
            var chains = self.chains
            self.chains = ChainCheck(from: [:])
            var report = self.report
            self.report = VerificationReport()
            let progress = context.progress
            let stop = try scan.run(from: byte, nextLSN: lsn) { (item) throws(LogError) in
                if case .group(let group) = item { progress.advance(group.endByte - group.byte) }
                guard case .frame(let frame, let byte) = item else { return }
                report.frameCount += 1
                report.lastLSN = LSN(frame.header.lsn)
                guard let finding = chains.follow(frame) else { return }
                report.damages.append(
                    .init(
                        file: name, stream: finding.name ?? String(finding.stream),
                        record: finding.record, byte: byte, count: UInt64(frame.header.frameBytes),
                        detail: finding.detail))
            }
            self.chains = chains
            self.report = report
            return stop
        }

        private mutating func damage(_ name: String, _ stop: FrameScan.Stop, _ detail: String) {
            report.damages.append(
                .init(
                    file: name, stream: nil, record: nil, byte: stop.byte, count: stop.count,
                    detail: detail))
        }

        /// The report with the streams as they were last seen.
        func finished() -> VerificationReport {
            var report = self.report
            report.streams = chains.streams.sorted { $0.key < $1.key }.map { id, progress in
                .init(
                    id: StreamID(rawValue: id), incarnation: progress.incarnation,
                    name: progress.name, records: progress.record,
                    bytes: progress.byte, head: progress.head,
                    visibleStart: progress.visible?.position, beginning: progress.beginning,
                    isClosed: progress.isClosed,
                    isIntact: progress.isIntact, redactedRecords: progress.redacted)
            }
            report.heads = context.options.heads.indices.map { index in
                finding(index, chains.streams)
            }
            return report
        }

        /// What became of one of the heads that were looked for.
        private func finding(
            _ index: Int, _ streams: [UInt64: ChainCheck.Progress]
        ) -> HeadFinding {
            let head = context.options.heads[index]
            let stream = streams[head.statement.stream.rawValue]
            return HeadFinding(
                head: head, verdict: verdict(index, stream, streams),
                signature: HeadFinding.Signature(of: head, keys: context.options.publicKeys),
                tail: stream.map { StreamPosition(record: $0.record, byte: $0.byte) })
        }

        private func verdict(
            _ index: Int, _ stream: ChainCheck.Progress?,
            _ streams: [UInt64: ChainCheck.Progress]
        ) -> HeadFinding.Verdict {
            let statement = context.options.heads[index].statement
            let name = String(decoding: statement.name, as: UTF8.self)
            guard let stream, stream.incarnation == statement.incarnation, stream.name == name
            else { return streams.values.contains { $0.name == name } ? .replaced : .missing }
            let position = statement.position
            // Behind damage the chain is followed from what is stored: that proves nothing.
            if let record = stream.damagedFrom, record < position.record { return .damaged }
            switch context.watch.sighting(index) {
            case .equal: return .held
            case .other: return .rewritten
            case .nothing: break
            }
            if position.record > stream.record || position.byte > stream.byte { return .cut }
            if position < stream.first { return .trimmed }
            return .rewritten
        }
    }
}
