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
    /// How many segments there are.
    private(set) var segmentCount = 0

    /// Checks all segments of a volume.
    ///
    /// Damage is noted, not thrown.
    /// - Throws: `foreignFile`, `newerFormat`, `io`.
    init(checking volume: any Volume) throws(LogError) {
        let found = try SegmentDirectory(reading: volume)
        segmentCount = found.numbers.count
        var files: [SegmentFile] = []
        for number in found.numbers {
            do throws(LogError) {
                files.append(try SegmentFile.open(volume: volume, number: number))
            } catch {
                if case .newerFormat = error { throw error }
                note(error, SegmentName(number: number).path)
            }
        }
        let superseded = Set(files.flatMap(\.footer.superseded))
        files.removeAll { superseded.contains($0.header.number) }
        files.sort { $0.header.first < $1.header.first }
        for file in files { check(file) }
    }

    private mutating func check(_ file: SegmentFile) {
        let header = file.header
        if header.first.rawValue != cut.lsn + 1 {
            damages.append(
                .init(
                    file: file.path, stream: nil, record: nil, byte: 32, count: 8,
                    detail: "it begins with LSN \(header.first); the segment with LSN "
                        + "\(cut.lsn + 1) is missing"))
        }
        cut = CutPoint(lsn: header.last.rawValue, place: header.cut)
        do throws(LogError) {
            try file.forEachStream { (stream) throws(LogError) in follow(stream, in: file) }
        } catch {
            note(error, file.path)
        }
    }

    /// Checks what a segment has of one stream against what is known of it.
    private mutating func follow(_ stream: SegmentStream, in file: SegmentFile) {
        let record = stream.record
        let id = record.id.rawValue
        let name = String(decoding: record.name, as: UTF8.self)
        guard !record.isDeleted else {
            streams[id] = nil
            return
        }
        let start = record.origin?.position ?? .start
        var progress =
            streams[id]
            ?? ChainCheck.Progress(
                name: name, incarnation: record.incarnation, record: start.record,
                byte: start.byte, head: record.genesis)
        let before = StreamPosition(record: progress.record, byte: progress.byte)
        if let problem = Self.contradiction(stream, after: before) {
            damages.append(
                .init(
                    file: file.path, stream: name, record: progress.record, byte: 0, count: 0,
                    detail: problem))
            progress.isIntact = false
        }
        do throws(LogError) {
            try Self.checkRun(stream, after: progress, in: file)
        } catch {
            note(error, file.path, stream: name, record: progress.record)
            progress.isIntact = false
        }
        progress.record = record.tail.record
        progress.byte = record.tail.byte
        progress.head = record.head
        progress.isClosed = record.isClosed
        streams[id] = progress
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

    /// Follows the chain through the run, from the head before it to the record's.
    private static func checkRun(
        _ stream: SegmentStream, after progress: ChainCheck.Progress, in file: SegmentFile
    ) throws(LogError) {
        guard let run = stream.run else { return }
        _ = try file.checkData(
            offset: run.dataOffset, count: Int(clamping: run.storedBytes), blocking: true)
        // Without a head of its own the run begins where the stream's chain does.
        if let head = try file.checkpoint(run, at: 0).head, head != progress.head {
            throw .chainBroken(stream: stream.record.id, record: progress.record)
        }
        let reached = try file.verify(stream)
        guard reached == stream.record.head else {
            throw .chainBroken(stream: stream.record.id, record: stream.record.tail.record)
        }
    }

    private mutating func note(
        _ error: LogError, _ path: String, stream: String? = nil, record: UInt64? = nil
    ) {
        var damage = VerificationReport.Damage(
            file: path, stream: stream, record: record, byte: 0, count: 0,
            detail: error.description)
        if case .corruption(let file, let byte, let count, let detail) = error {
            damage = .init(
                file: file, stream: stream, record: record, byte: byte, count: count,
                detail: detail)
        }
        damages.append(damage)
    }
}
