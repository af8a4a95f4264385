import Synchronization
import VarveBytes

/// Checks the runs of segments with a crew: every checksum, length and hash, from one checkpoint to
/// another, so that a long run is the work of several threads.
///
/// Thread rule: `check` and `findings` by one thread; the crew is finished in between.
final class RunVerifier: Sendable {
    /// Damage, and the stream that has it.
    struct Finding: Sendable {
        /// The stream.
        let stream: UInt64
        /// The first record that may be damaged.
        let record: UInt64
        /// The damage.
        let damage: VerificationReport.Damage
    }

    /// A stretch of a run.
    private struct Piece: Sendable {
        let order: Int
        let stream: StreamRecord
        let run: SettledRun
        let headBefore: ChainHash
        let file: SegmentFile
        /// Which intervals of the run.
        let intervals: Range<Int>
    }

    /// How many intervals, of up to 256 KiB each, one thread checks at a time.
    private static let intervalsMax = 64

    private let context: VerificationContext
    private let crew: WorkCrew
    private let found = Mutex<[(order: Int, finding: Finding)]>([])
    private let count = Mutex(0)
    private let redacted = Mutex<[UInt64: UInt64]>([:])

    /// Checks with `crew`.
    init(_ context: VerificationContext, _ crew: WorkCrew) {
        self.context = context
        self.crew = crew
    }

    /// All damage found, in the order in which the runs were given.
    var findings: [Finding] {
        found.withLock { $0.sorted { $0.order < $1.order }.map(\.finding) }
    }

    /// How many redacted records were met, by stream.
    var redactedRecords: [UInt64: UInt64] { redacted.withLock { $0 } }

    /// Checks the run of a stream, now or later; the chain before it has come to `head`.
    func check(_ stream: SegmentStream, after head: ChainHash, in file: SegmentFile) {
        guard let run = stream.run else { return }
        var first = 0
        while first < run.checkpointCount {
            let end = min(first + Self.intervalsMax, run.checkpointCount)
            let order = count.withLock { count in
                count += 1
                return count
            }
            let piece = Piece(
                order: order, stream: stream.record, run: run, headBefore: head, file: file,
                intervals: first..<end)
            crew.add { [self] in check(piece) }
            first = end
        }
    }

    private func check(_ piece: Piece) {
        do throws(LogError) {
            try follow(piece)
        } catch {
            let damage = damage(error, piece)
            let start = try? piece.file.checkpoint(piece.run, at: piece.intervals.lowerBound)
            let finding = Finding(
                stream: piece.stream.id.rawValue,
                record: start?.position.record ?? piece.run.firstRecord, damage: damage)
            found.withLock { $0.append((piece.order, finding)) }
        }
        let all = UInt64(piece.run.checkpointCount)
        context.progress.advance(
            piece.run.storedBytes / all * UInt64(piece.intervals.count)
                + (piece.intervals.lowerBound == 0 ? piece.run.storedBytes % all : 0))
    }

    /// Follows the chain through a piece: from a checkpoint to the next piece's, or the run's end.
    private func follow(_ piece: Piece) throws(LogError) {
        let (file, run) = (piece.file, piece.run)
        if piece.intervals.lowerBound == 0 {
            // Without a head of its own the run begins where the stream's chain does.
            let head = try file.checkpoint(run, at: 0).head ?? piece.stream.genesis
            guard head == piece.headBefore else {
                throw .chainBroken(stream: piece.stream.id, record: run.firstRecord)
            }
        }
        var check = RunCheck(piece.stream, watch: context.watch)
        var count: UInt64 = 0
        try file.walk(run, intervals: piece.intervals) { (item) throws(LogError) in
            if case .record(let record) = item, record.kind == .redacted { count += 1 }
            try check.follow(item)
        }
        if count > 0 {
            redacted.withLock { $0[piece.stream.id.rawValue, default: 0] += count }
        }
        if piece.intervals.upperBound < run.checkpointCount {
            return try check.end(before: try file.checkpoint(run, at: piece.intervals.upperBound))
        }
        guard try check.end(at: run.end) == piece.stream.head else {
            throw .chainBroken(stream: piece.stream.id, record: piece.stream.tail.record)
        }
    }

    /// The damage that an error tells of; a broken chain is somewhere in the piece.
    private func damage(_ error: LogError, _ piece: Piece) -> VerificationReport.Damage {
        let name = String(decoding: piece.stream.name, as: UTF8.self)
        guard case .chainBroken(_, let record) = error else {
            return .init(error, in: piece.file.path, stream: name, record: piece.run.firstRecord)
        }
        return .init(
            file: piece.file.path, stream: name, record: record, byte: piece.run.dataOffset,
            count: piece.run.storedBytes, detail: error.description)
    }
}
