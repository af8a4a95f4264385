/// What the log knows about one stream; used under the stream's lock.
///
/// It is ahead of what is durable: `durableTail` says what readers may see.
@usableFromInline
package struct LogStreamState: ~Copyable {
    /// Behind the last record staged.
    package internal(set) var tail = StreamPosition.start
    /// The chain's head after the last record staged.
    package internal(set) var head: ChainHash
    /// The last LSN, and above it one bit each for closed, retired and deleted: streams are many,
    /// and every eight bytes of one count.
    private var packed: UInt64 = 0
    /// The LSN of the last change that readers wait for: create, close, delete, trim.
    package internal(set) var structuralLSN = LSN.none
    private var rare: Rare?
    /// Where its settled records lie, in order: everything before the first extent.
    private(set) var runs: ContiguousArray<SettledRun> = []
    /// Where its other bytes lie in the journal.
    var extents = ExtentList()

    /// A stream without records of its own, which begin at `start`.
    init(head: ChainHash, start: StreamPosition = .start) {
        self.head = head
        tail = start
    }

    /// A stream of which everything is settled.
    init(_ record: StreamRecord, runs: ContiguousArray<SettledRun>) {
        tail = record.tail
        head = record.head
        lastLSN = record.lastLSN
        structuralLSN = record.structuralLSN
        isClosed = record.isClosed
        isDeleted = record.isDeleted
        isRetired = record.isRetired
        rare = record.visible.map { Rare(visible: $0) }
        self.runs = runs
    }

    private static let closedBit: UInt64 = 1 << 63
    private static let retiredBit: UInt64 = 1 << 62
    private static let deletedBit: UInt64 = 1 << 61

    /// The LSN of the last change of any kind.
    package internal(set) var lastLSN: LSN {
        get { LSN(packed & (Self.deletedBit - 1)) }
        set {
            packed =
                packed & ~(Self.deletedBit - 1) | newValue.rawValue & (Self.deletedBit - 1)
        }
    }

    /// True once the stream's end was staged: it takes no more records.
    package internal(set) var isClosed: Bool {
        get { packed & Self.closedBit != 0 }
        set { set(Self.closedBit, to: newValue) }
    }

    /// True once it was deleted while forks of it lived: it takes nothing more, and only they read
    /// it.
    package internal(set) var isRetired: Bool {
        get { packed & Self.retiredBit != 0 }
        set { set(Self.retiredBit, to: newValue) }
    }

    /// True once its deletion was staged: it takes nothing more.
    package internal(set) var isDeleted: Bool {
        get { packed & Self.deletedBit != 0 }
        set { set(Self.deletedBit, to: newValue) }
    }

    private mutating func set(_ bit: UInt64, to isSet: Bool) {
        packed = isSet ? packed | bit : packed & ~bit
    }

    /// Behind the last record that is durable when everything up to `lsn` is. O(log n).
    package func durableTail(at lsn: LSN) -> StreamPosition {
        let count = extents.count(through: lsn.rawValue)
        // The first extent of a set begins at a record.
        return count == extents.count ? tail : extents[count].start
    }

    /// Where the settled records end: before it the stream lies in segments, behind it in the
    /// journal.
    var settledEnd: StreamPosition { extents.count > 0 ? extents[0].start : tail }

    /// The first of the runs that follow one another up to the end of what is settled. Those before
    /// lie before the visible start, and others that did are gone: nobody reads them.
    var firstConnectedRun: Int {
        var next = settledEnd
        var first = runs.count
        while first > 0, runs[first - 1].end == next {
            first -= 1
            next = runs[first].start
        }
        // A gap that readers see is found by those who come to it.
        return first < runs.count && next <= visibleStart ? first : 0
    }

    /// Everything up to `lsn` is settled now: in `run`, if it had records.
    mutating func settle(_ run: SettledRun?, through lsn: UInt64) {
        extents.removeAll(through: lsn)
        if let rare, !rare.redactions.isEmpty {
            let left = rare.redactions.filter { $0.lsn > lsn }
            self.rare =
                left.isEmpty && rare.visible == nil
                ? nil : Rare(visible: rare.visible, redactions: left)
        }
        if let run { runs.append(run) }
    }

    /// What lay in the segments of these numbers lies in `run` now; nowhere when it is nil.
    mutating func replaceRuns(in segments: Set<UInt32>, by run: SettledRun?) {
        guard let place = runs.firstIndex(where: { segments.contains($0.segment) }) else { return }
        runs.removeAll { segments.contains($0.segment) }
        if let run { runs.insert(run, at: place) }
    }

    /// Bytes of memory that the stream's extents take beside the stream's own.
    package var extentBytes: Int { extents.allocatedBytes }

    /// Where the last trim made it begin for its readers; nil when there was none.
    package var visible: VisibleStart? { rare?.visible }

    /// Where it begins for its readers; in its source, for a fork that was not trimmed so far.
    package var visibleStart: StreamPosition { visible?.position ?? .start }

    /// The chain's head behind the last data record, if that is known without reading: a control
    /// record may follow it in a stream that was closed or trimmed.
    var dataHead: ChainHash? {
        if isClosed || visible != nil { return visible?.position == tail ? visible?.head : nil }
        return head
    }

    /// Hides what lies before `visible`; behind `advance`.
    mutating func trim(to visible: VisibleStart) {
        rare = Rare(visible: visible, redactions: rare?.redactions ?? [])
    }

    /// Has the records read as erased once `lsn` is durable, until what is settled through it says
    /// so itself.
    mutating func redact(_ redaction: Redaction, lsn: UInt64) {
        rare = Rare(
            visible: visible, redactions: (rare?.redactions ?? []) + [(lsn, redaction)])
        noteRedaction(lsn: lsn)
    }

    /// Some of its records are erased by the frame of that LSN, which may be a fork's: until that
    /// is settled the stream stays in memory.
    mutating func noteRedaction(lsn: UInt64) {
        lastLSN = LSN(lsn)
    }

    /// The erasures that readers see when everything up to `lsn` is durable, and whose bytes may
    /// still be there.
    func redactions(through lsn: LSN) -> [Redaction] {
        guard let rare, !rare.redactions.isEmpty else { return [] }
        return rare.redactions.filter { $0.lsn <= lsn.rawValue }.map(\.redaction)
    }

    /// How many bytes readers see, those of a fork's source included.
    package var visibleBytes: UInt64 { tail.byte - visibleStart.byte }

    /// Whether a trim may make the stream begin there: further on than it does, and within it.
    func canBegin(at position: StreamPosition) -> Bool {
        position > visibleStart && position <= tail && position.byte <= tail.byte
    }

    /// Advances by one set of frames.
    mutating func advance(
        to tail: StreamPosition, head: ChainHash, lsn: UInt64, isStructural: Bool
    ) {
        self.tail = tail
        self.head = head
        lastLSN = LSN(lsn)
        if isStructural { structuralLSN = LSN(lsn) }
    }

    /// Hides the stream from all but its forks.
    mutating func markRetired(lsn: UInt64) {
        isRetired = true
        lastLSN = LSN(lsn)
        structuralLSN = LSN(lsn)
    }

    /// Ends the stream and gives its extents back.
    mutating func markDeleted(lsn: UInt64) {
        isDeleted = true
        lastLSN = LSN(lsn)
        structuralLSN = LSN(lsn)
    }

    /// Apart, because most streams have nothing of it: they pay eight bytes for it.
    private final class Rare {
        let visible: VisibleStart?
        let redactions: [(lsn: UInt64, redaction: Redaction)]

        init(visible: VisibleStart?, redactions: [(lsn: UInt64, redaction: Redaction)] = []) {
            self.visible = visible
            self.redactions = redactions
        }
    }

    /// Traps when the state contradicts itself; for tests.
    package func checkInvariants() {
        precondition(visibleStart <= tail, "a stream begins before it ends")
        precondition(structuralLSN <= lastLSN, "a structural change is a change")
        var last: Extent?
        for index in 0..<extents.count {
            let extent = extents[index]
            precondition(extent.lsn <= lastLSN.rawValue, "an extent's set was applied")
            precondition(extent.start <= tail, "an extent lies before the tail")
            if let last {
                precondition(last.lsn <= extent.lsn, "extents are in the order of the log")
                precondition(last.firstByte <= extent.firstByte, "extents are in order")
                precondition(last.firstRecord <= extent.firstRecord, "extents are in order")
            }
            last = extent
        }
    }
}
