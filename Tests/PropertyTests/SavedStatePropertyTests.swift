import Testing
import VarvePlatform

@testable import VarveLog
@testable import VarveStreams

@Suite("Saved states", .timeLimit(.minutes(30)))
struct SavedStatePropertyTests {
    @Test(
        "a stream that is saved and restored after every event is the stream that never was",
        arguments: 1...40 as ClosedRange<UInt64>)
    func everywhere(_ seed: UInt64) throws {
        let run = try SavedStateRun(seed: seed, closingOdds: 30)
        for _ in 0..<30 {
            try run.step()
            try run.restore(.everything)
            try run.compare()
        }
    }

    @Test(
        "saved and restored now and then, whole or by what changed, it is the same stream",
        arguments: 101...110 as ClosedRange<UInt64>)
    func somewhere(_ seed: UInt64) throws {
        let run = try SavedStateRun(seed: seed, closingOdds: 500)
        for step in 0..<600 {
            try run.step()
            if run.below(12) == 0 { try run.restore(run.below(2) == 0 ? .everything : .changes) }
            if run.below(12) == 0 { try run.keep() }
            if step % 10 == 0 { try run.compare() }
        }
        try run.compare()
        #expect(run.accepted > 5)
    }
}

/// Random events of one stream, told to two folds: one keeps its state, the other saves and
/// restores it.
private final class SavedStateRun {
    private let random: SeededRandom
    private let fold: StreamFold
    private let kept: LogStream
    private var restored: LogStream
    /// What a catalog would have of the second stream.
    private var catalog = SavedState(core: [], entries: [])
    private var isClosed: Bool
    private var now: UInt64 = 1_700_000_000_000
    /// How many records of no bytes both streams have, and how many of them a trim hid.
    private var records: UInt64 = 0
    private var hidden: UInt64 = 0
    private var lsn: UInt64 = 1
    private let closingOdds: Int
    private(set) var accepted = 0

    private static let ids = ["p", "q", "", "π", "a longer producer"].map { "x" + $0 }

    /// One request in `closingOdds` closes the stream.
    init(seed: UInt64, closingOdds: Int) throws {
        self.closingOdds = closingOdds
        random = SeededRandom(seed: seed)
        fold = StreamFold(
            contentTypes: ContentTypeTable(), time: Timekeeper(clock: ManualClock()),
            expiries: ExpiryIndex(), retentions: RetentionIndex())
        kept = Self.stream()
        restored = Self.stream()
        isClosed = random.next(below: closingOdds) == 0
        try create()
    }

    func below(_ bound: Int) -> Int { random.next(below: bound) }

    private static func stream() -> LogStream {
        let name = Array("s".utf8)
        return name.withUnsafeBytes { name in
            LogStream(
                id: StreamID(rawValue: 1), incarnation: Incarnation(from: SeededRandom(seed: 1)),
                name: name,
                state: LogStreamState(
                    head: Chain.genesis(Incarnation(from: SeededRandom(seed: 1)), name: name)))
        }
    }

    private func create() throws {
        let lifetimes: [StreamLifetime] = [
            .unlimited, .sliding(seconds: UInt64(below(100))),
            .absolute(milliseconds: now + UInt64(below(100_000))),
        ]
        let lifetime = lifetimes[below(lifetimes.count)]
        let types = ["text/plain; charset=x", "application/json", ""]
        let type = Array(types[below(types.count)].utf8)
        let text: [UInt8] = if case .absolute = lifetime { Array("2030".utf8) } else { [] }
        try type.withUnsafeBytes { type in
            try text.withUnsafeBytes { text in
                var creation = StreamEvent.Creation(
                    contentType: type, lifetime: lifetime, lifetimeText: text, isClosed: isClosed)
                if below(2) == 0 { creation.retention.seconds = UInt64(below(300)) }
                if below(3) == 0 { creation.retention.bytes = UInt64(below(300)) }
                try tell(.create, .create(creation), closes: isClosed)
            }
        }
    }

    /// One random event, if the stream accepts it.
    func step() throws {
        now += UInt64(below(3000))
        if below(5) == 0 { return try tell(.append, .touch, closes: false) }
        if below(8) == 0, hidden < records { return try trim() }
        try withRandomCommand { command in
            guard decision(command, kept) == .accept else { return }
            accepted += 1
            isClosed = command.closes
            let event = StreamEvent.Append(
                producer: command.producer, sequence: command.sequence, closes: command.closes)
            try tell(.append, .append(event), closes: command.closes, records: 1)
        }
    }

    /// Hides some of the records.
    private func trim() throws {
        hidden += UInt64(below(Int(records - hidden))) + 1
        let visible = VisibleStart(
            position: StreamPosition(record: hidden, byte: 0), head: kept.withLock { $0.head })
        for stream in [kept, restored] { stream.withLock { $0.trim(to: visible) } }
        try tell(.append, .trim(.requested), closes: false, visible: visible)
    }

    private func tell(
        _ kind: FrameKind, _ event: StreamEvent, closes: Bool, records count: UInt64 = 0,
        visible: VisibleStart? = nil
    ) throws {
        lsn += 1
        let start = StreamPosition(record: records, byte: 0)
        records += count
        let end = StreamPosition(record: records, byte: 0)
        try withUnsafeTemporaryAllocation(
            byteCount: StreamEventCoding.bytesMax, alignment: 8
        ) { room in
            let annotation = StreamEventCoding.encode(event, into: room)
            for stream in [kept, restored] {
                try fold.apply(
                    ReplayedMutation(
                        lsn: LSN(lsn), kind: kind, stream: stream, annotation: annotation,
                        wallMilliseconds: now, start: start, end: end, closes: closes,
                        visible: visible, isStructural: closes || visible != nil))
            }
        }
        if kind == .create { catalog = try fold.save(restored, .changes) }
    }

    private func withRandomCommand(_ body: (AppendCommand) throws -> Void) throws {
        let id = Array(Self.ids[below(Self.ids.count)].utf8)
        let value = Array(String(below(1000)).utf8)
        try id.withUnsafeBytes { id in
            try value.withUnsafeBytes { value in
                var command = AppendCommand()
                command.content = .body(value)
                command.closes = below(closingOdds) == 0
                if below(4) > 0 {
                    let known = state(kept).producers?.known(id)
                    command.producer = ProducerTuple(
                        id: id, epoch: (known?.epoch ?? 0) + UInt64(below(6) == 0 ? 1 : 0),
                        sequence: below(3) == 0 ? UInt64(below(3)) : (known?.sequence ?? 0) + 1)
                }
                if below(10) == 0 { command.sequence = value }
                try body(command)
            }
        }
    }

    private func state(_ stream: LogStream) -> StreamState { Stream(stream).cell.state }

    private func decision(_ command: AppendCommand, _ stream: LogStream) -> StreamState.Decision {
        state(stream).plan(
            command, isOfItsType: true, bodyFault: nil, tail: .start, isClosed: isClosed,
            producersMax: 4)
    }

    /// Saves the second stream's changes and goes on with it, as a settler does.
    func keep() throws {
        try save(.changes)
        fold.forgetChanges(of: restored)
        #expect(try fold.save(restored, .changes).entries.isEmpty)
    }

    /// Puts a restored stream in the place of the second one.
    func restore(_ scope: SavedState.Scope) throws {
        try save(scope)
        restored = Self.stream()
        if let visible = kept.withLock({ $0.visible }) {
            restored.withLock { $0.trim(to: visible) }
        }
        try fold.restore(catalog, to: restored)
        #expect(try fold.save(restored, .changes).entries.isEmpty)
    }

    /// Brings what is saved of the second stream up to date.
    private func save(_ scope: SavedState.Scope) throws {
        let saved = try fold.save(restored, scope)
        var entries = scope == .everything ? [] : catalog.entries
        for entry in saved.entries {
            entries.removeAll { $0.key == entry.key }
            entries.append(entry)
        }
        entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        catalog = saved
        catalog.entries = entries
    }

    /// Both streams save the same bytes and decide alike about whatever they are asked.
    func compare() throws {
        #expect(try fold.save(kept) == fold.save(restored))
        #expect(Stream(kept).contentType === Stream(restored).contentType)
        for _ in 0..<20 {
            try withRandomCommand { command in
                #expect(decision(command, kept) == decision(command, restored))
            }
        }
        state(kept).checkInvariants()
        state(restored).checkInvariants()
        #expect(
            state(kept).alarmMilliseconds(visibleBytes: 0)
                == state(restored).alarmMilliseconds(visibleBytes: 0))
        guard let alarm = state(kept).expiry?.alarmMilliseconds else { return }
        // What a restart forgets of both: the uses that were not journalled.
        let again = Self.stream()
        if let visible = kept.withLock({ $0.visible }) { again.withLock { $0.trim(to: visible) } }
        try fold.restore(try fold.save(restored), to: again)
        state(kept).expiry?.assumeUnjournalledUse()
        for moment in [alarm - 1, alarm] {
            #expect(state(kept).isOver(at: moment) == (moment == alarm))
            #expect(state(again).isOver(at: moment) == (moment == alarm))
        }
    }
}
