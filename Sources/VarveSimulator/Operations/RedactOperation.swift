import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStreams

/// Erases what records say: of a stream, or of what a fork has of its source.
struct RedactOperation: Operation {
    var weight: Int { 2 }
    var isConcurrent: Bool { false }
    var movesFiles: Bool { true }

    func run(in world: World) throws(Violation) {
        let name = world.existingName()
        let random = world.random
        let count = 1 + random.next(below: 4)
        let (start, first) = place(in: world.model.holder(of: name), world)
        world.trace.note("redact \(count) of \(name) from \(start)")
        let stream: Stream
        switch try world.requests.lookUp(name) {
        case .success(let found): stream = found
        case .failure(let refusal): return try world.checkAbsence(name, nil, refusal)
        }
        guard let known = world.model.holder(of: name) else {
            throw Violation("\(name) is there and must not be")
        }
        // Whoever reads holds it up, by the clock of the machine.
        world.endReaders()
        let log = try world.open.log
        let (staged, fired, time) = (log.staged.rawValue, world.plan.firedCount, world.now)
        let requests = try world.requests
        let result = world.alone {
            requests.redact(stream, from: start, records: UInt64(count))
        }
        try world.rethrowNested()
        let isKnown = first >= Int(known.visibleStart.record) && first + count <= known.ends.count
        let pieces = isKnown ? self.pieces(of: first..<first + count, in: known, world.model) : []
        let stagedCount = Int(log.staged.rawValue - staged)
        world.hasRedacted = world.hasRedacted || stagedCount > 0
        // All pieces with one frame.
        try Violation.require(
            stagedCount <= min(1, pieces.count), "a redaction has \(stagedCount) frames")
        // What a fork has of the middle of a record is there in the whole one, too.
        let payloads = pieces.flatMap(\.records).filter { !world.model.isPiece($0, of: known) }
            .map { Array(known.bytes[known.payload(of: $0)]) }
        for piece in pieces where stagedCount == 1 {
            let change = Change.redact(stream: piece.owner, records: piece.records)
            let lsn = staged + 1
            // In a weak mode readers see it although it could not be synced.
            if lsn <= log.durable.rawValue {
                world.model.apply(change, lsn: lsn, time: time)
            } else {
                world.model.applyUnseen(change, lsn: lsn, time: time)
            }
        }
        switch result {
        case .success(let receipt):
            try Violation.require(!known.isRetired, "\(name) is redacted after its deletion")
            try Violation.require(
                isKnown && stagedCount == 1 && receipt.records == UInt64(count)
                    && receipt.end == known.position(of: first + count),
                "\(name): \(receipt.records) records were redacted up to \(receipt.end)")
            try noteErased(receipt, payloads, world)
        case .failure(let refusal):
            try checkRefusal(refusal, known, start, first + count, fired, world)
        }
    }

    /// Mostly a record that readers see.
    private func place(
        in stream: ModelStream?, _ world: World
    ) -> (StreamPosition, record: Int) {
        guard let stream else { return (.start, 0) }
        let random = world.random
        let first = Int(stream.visibleStart.record)
        let record =
            world.chance(90)
            ? first + random.next(below: max(1, stream.ends.count - first))
            : random.next(below: stream.ends.count + 1)
        return (stream.position(of: min(record, stream.ends.count)), record)
    }

    /// The records by the streams that have them as their own.
    private func pieces(
        of records: Range<Int>, in stream: ModelStream, _ model: Model
    ) -> [(owner: UInt64, records: Range<Int>)] {
        var pieces: [(owner: UInt64, records: Range<Int>)] = []
        for record in records {
            let owner = model.owner(of: record, in: stream)
            if let last = pieces.last, last.owner == owner {
                pieces[pieces.count - 1].records = last.records.lowerBound..<record + 1
            } else {
                pieces.append((owner, record..<record + 1))
            }
        }
        return pieces
    }

    private func noteErased(
        _ receipt: RedactionReceipt, _ payloads: [[UInt8]], _ world: World
    ) throws(Violation) {
        world.trace.note("-> erased \(receipt.isErased)")
        try world.noteDurable()
        try Violation.require(
            try receipt.lsn <= world.open.log.durable, "a redaction is told too early")
        world.result.acknowledgements += 1
        // What could not be removed at any time since the opening holds it up.
        let mayWait =
            world.plan.firedCount > world.firedAtOpening || !world.wasOpenedCleanly
            || world.isIndexFailing || world.hasSettlingFailed
        try Violation.require(
            receipt.isErased || mayWait, "nothing holds up a redaction, and it is not done")
        guard receipt.isErased else {
            world.hasSettlingFailed = true
            return
        }
        // What was erased before is not looked for: there is much of the same.
        world.erased += payloads.filter { payload in
            payload.count >= World.erasedBytesMin && Set(payload).count > 4
        }
        try world.checkErased()
    }

    private func checkRefusal(
        _ refusal: StreamRefusal, _ known: ModelStream, _ start: StreamPosition, _ end: Int,
        _ fired: Int, _ world: World
    ) throws(Violation) {
        world.trace.note("-> \(refusal.error.code)")
        switch refusal.error {
        case .notFound, .deleted: try world.checkAbsence(known.name, nil, refusal)
        case .trimmed:
            try Violation.require(
                start < known.visibleStart && refusal.earliestOffset == known.visibleStart,
                "\(known.name) is said to be trimmed at \(start)")
        case .offsetBeyondTail:
            try Violation.require(
                end > known.ends.count, "\(known.name): \(end) lies beyond the tail")
        case .log(let error):
            let mayFail =
                try world.open.log.failure != nil || world.plan.firedCount > fired
                || world.isIndexFailing || world.hasSettlingFailed
            try Violation.require(
                mayFail && error.code != "corruption", "\(known.name) is not redacted: \(error)")
            world.hasSettlingFailed = true
        default:
            throw Violation("\(known.name) is not redacted: \(refusal.error)")
        }
    }
}
