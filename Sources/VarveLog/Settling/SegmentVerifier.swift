import VarveBytes
import VarveStorage

/// Checks the segments of a log: every checksum, length and hash; the state of all streams at the
/// last cut. Reads only.
struct SegmentVerifier {
    /// The streams at the last cut, by id.
    private(set) var streams: [UInt64: ChainCheck.Progress] = [:]
    /// Where the settled part ends.
    private(set) var cut = CutPoint(lsn: 0, place: JournalCut(fileNumber: 0, fileID: 0, byte: 0))
    /// All damage, in the order of the log.
    private(set) var damages: [VerificationReport.Damage] = []
    /// The numbers of the segments that are there.
    private(set) var numbers: Set<UInt32> = []
    /// How many segments there are.
    var segmentCount: Int { numbers.count }
    /// How many of them have a valid signature of a key that is known.
    private(set) var signedCount = 0
    /// Where the newest segments say that trims made streams begin, by id: what lies before may be
    /// gone from older ones.
    private var visibles: [UInt64: VisibleStart] = [:]

    private let context: VerificationContext
    private let runs: RunVerifier

    /// Checks all segments of a volume.
    ///
    /// Damage is noted, not thrown.
    /// - Throws: `foreignFile`, `newerFormat`, `io`.
    init(
        checking volume: any Volume, _ context: VerificationContext
    ) throws(LogError) {
        self.context = context
        let crew = try WorkCrew(count: context.options.jobs)
        runs = RunVerifier(context, crew)
        do throws(LogError) {
            try check(volume)
            crew.finish()
        } catch {
            crew.finish()
            throw error
        }
        for (stream, count) in runs.redactedRecords { streams[stream]?.redacted = count }
        for finding in runs.findings {
            damages.append(finding.damage)
            streams[finding.stream]?.markDamaged(from: finding.record)
        }
    }

    private mutating func check(_ volume: any Volume) throws(LogError) {
        let found = try SegmentDirectory(reading: volume)
        numbers = Set(found.numbers)
        var files: [SegmentFile] = []
        for number in found.numbers {
            do throws(LogError) {
                files.append(try SegmentFile.open(volume: volume, number: number))
            } catch {
                if case .newerFormat = error { throw error }
                let path = SegmentName(number: number).path
                damages.append(VerificationReport.Damage(error, in: path))
            }
        }
        files.sort { $0.precedes($1) }
        var end: UInt64 = 0
        files.removeAll { file in
            defer { end = max(end, file.header.last.rawValue) }
            return file.header.last.rawValue <= end
        }
        for file in files {
            context.progress.expect(file.footer.storedBytes)
            noteTrims(file)
        }
        for file in files { check(file) }
    }

    /// Damage is found later, when the file is checked.
    private mutating func noteTrims(_ file: SegmentFile) {
        try? file.forEachStream { (stream) throws(LogError) in
            guard let visible = stream.record.visible else { return }
            let id = stream.record.id.rawValue
            // A merged segment may say of a stream that is gone that nothing of it is left.
            if let known = visibles[id], known.position > visible.position { return }
            visibles[id] = visible
        }
    }

    private mutating func check(_ file: SegmentFile) {
        let header = file.header
        if header.first.rawValue != cut.lsn + 1 {
            damages.append(
                .init(
                    file: file.path, stream: nil, record: nil, byte: 32, count: 8,
                    detail: "it begins with LSN \(header.first); no segment that can be read has "
                        + "LSN \(cut.lsn + 1)"))
        }
        cut = CutPoint(lsn: header.last.rawValue, place: header.cut)
        var heads = HeadTree()
        do throws(LogError) {
            try file.forEachStream { (stream) throws(LogError) in
                heads.add(stream.record)
                follow(stream, in: file)
            }
            checkSignature(of: heads, in: file)
        } catch {
            damages.append(VerificationReport.Damage(error, in: file.path))
        }
    }

    /// Checks that the heads of the segment's streams are those that were signed.
    private mutating func checkSignature(of heads: HeadTree, in file: SegmentFile) {
        guard let signature = file.footer.signature else { return }
        let key = context.options.publicKeys[signature.key]
        if let fault = signature.fault(of: heads, header: file.header, publicKey: key) {
            damages.append(
                .init(
                    file: file.path, stream: nil, record: nil, byte: file.footer.offset,
                    count: UInt64(SegmentFormat.footerBytes), detail: fault))
        } else if key != nil {
            signedCount += 1
        }
    }

    /// Checks what a segment has of one stream against what is known of it.
    private mutating func follow(_ stream: SegmentStream, in file: SegmentFile) {
        let record = stream.record
        let id = record.id.rawValue
        let name = String(decoding: record.name, as: UTF8.self)
        if let only = context.options.stream, only != name { return }
        guard !record.isDeleted else {
            streams[id] = nil
            return
        }
        var progress = streams[id] ?? beginning(of: stream, in: file)
        let begin = stream.run?.start ?? record.tail
        if begin.record > progress.record, let head = headAfterGap(stream, at: begin, in: file) {
            progress.beginning = begin
            progress.record = begin.record
            progress.byte = begin.byte
            progress.head = head
        }
        let before = StreamPosition(record: progress.record, byte: progress.byte)
        if let problem = Self.contradiction(stream, after: before) {
            damages.append(
                .init(
                    file: file.path, stream: name, record: progress.record, byte: 0, count: 0,
                    detail: problem))
            progress.markDamaged(from: progress.record)
        }
        runs.check(stream, after: progress.head, in: file)
        progress.record = record.tail.record
        progress.byte = record.tail.byte
        progress.head = record.head
        progress.isClosed = record.isClosed
        progress.visible = record.visible
        progress.endsInData = !record.isClosed && record.visible == nil
        streams[id] = progress
    }

    /// A stream before its first records that are there: mostly its very first ones.
    private mutating func beginning(
        of stream: SegmentStream, in file: SegmentFile
    ) -> ChainCheck.Progress {
        let record = stream.record
        var progress = ChainCheck.Progress(
            name: String(decoding: record.name, as: UTF8.self), incarnation: record.incarnation,
            first: record.start, record: record.start.record, byte: record.start.byte,
            head: record.genesis)
        let first = stream.run?.start ?? record.tail
        if first > record.start, let head = headAfterGap(stream, at: first, in: file) {
            progress.first = first
            progress.beginning = first
            progress.record = first.record
            progress.byte = first.byte
            progress.head = head
        }
        if let places = context.watch.places(of: record.id.rawValue) {
            context.watch.see(places, at: progress.first, progress.head)
        }
        return progress
    }

    /// The head of the chain where the stream goes on in the segment, when what lay before that
    /// place may be gone: it was trimmed away, or is not needed since the stream is gone. The chain
    /// is followed from there.
    ///
    /// What a run says of its own beginning comes first: where it begins with records that take no
    /// place, such as a trim's, the heads before and behind them have one position.
    private func headAfterGap(
        _ stream: SegmentStream, at begin: StreamPosition, in file: SegmentFile
    ) -> ChainHash? {
        guard let visible = visibles[stream.record.id.rawValue], begin <= visible.position else {
            return nil
        }
        if let run = stream.run, let head = try? file.checkpoint(run, at: 0).head { return head }
        for known in [visible, stream.record.visible] where known?.position == begin {
            return known?.head
        }
        return stream.record.head
    }

    /// What is wrong with the place of a stream's records; nil when nothing is.
    private static func contradiction(
        _ stream: SegmentStream, after end: StreamPosition
    ) -> String? {
        let start = stream.run?.start ?? stream.record.tail
        if start != end { return "its stream ends at \(end), the segment goes on at \(start)" }
        let tail = stream.run?.end ?? end
        return tail == stream.record.tail
            ? nil : "its records end at \(tail), its stream at \(stream.record.tail)"
    }
}
