import VarveBytes
import VarveLog

/// When the parts of a stream were appended, roughly: what retention by age needs, and no more.
///
/// The stream's appends are divided into stretches of at least a 64th of the time that is kept (and
/// a second). Of each stretch that is over only its end and the time of its last append are kept,
/// for the newest 64; so a record is hidden at the latest that much later than it might be, and
/// never earlier. A fold of the stream's appends and trims.
struct AgeIndex: Equatable {
    /// The most stretches that are over. Persisted: slots are numbered so.
    static let countMax = 64

    /// A stretch of appends that is over.
    struct Stretch: Equatable {
        /// The number of its entry.
        var slot: UInt8
        /// When the last append was made in it, in milliseconds since 1970.
        var last: UInt64
        /// Where it ends: appends up to there were made by then.
        var end: StreamPosition
    }

    /// The stretch that goes on.
    struct Open: Equatable {
        /// When the first append was made in it, in milliseconds since 1970.
        var first: UInt64
        /// When the last one was made.
        var last: UInt64
    }

    /// The stretches that are over and whose ends readers see, in order.
    private(set) var stretches: [Stretch] = []
    /// The stretch that goes on; nil when nothing is visible.
    private(set) var open: Open?
    /// The entry of the next stretch that is over.
    private(set) var nextSlot: UInt8 = 0
    /// One bit for each entry that was written since the state was restored or saved.
    private(set) var changedSlots: UInt64 = 0

    /// Nothing was appended yet.
    init() {}

    /// What was saved; throws when the stretches cannot be those of a stream that begins at
    /// `visibleStart` for its readers: those before it are left out.
    init(
        _ stretches: [Stretch], open: Open?, nextSlot: UInt8, visibleStart: StreamPosition
    ) throws(StreamImageCoding.Malformed) {
        self.stretches = stretches.filter { $0.end > visibleStart }.sorted { $0.end < $1.end }
        self.open = open
        self.nextSlot = nextSlot
        guard nextSlot < Self.countMax, self.stretches.isEmpty || open != nil else {
            throw StreamImageCoding.Malformed()
        }
        for (index, stretch) in self.stretches.enumerated() {
            let distance = self.stretches.count - index
            let slot = (Int(nextSlot) + Self.countMax - distance) % Self.countMax
            guard Int(stretch.slot) == slot,
                index == 0 || self.stretches[index - 1].last <= stretch.last,
                stretch.last <= open?.first ?? 0
            else { throw StreamImageCoding.Malformed() }
        }
        if let open, open.first > open.last { throw StreamImageCoding.Malformed() }
    }

    /// Records were appended at `now`, from `start` on, to a stream that keeps `seconds`.
    mutating func append(at now: UInt64, from start: StreamPosition, keeping seconds: UInt64) {
        guard let open else {
            self.open = Open(first: now, last: now)
            return
        }
        let now = max(now, open.last)
        let least = max(1000, seconds * 1000 / UInt64(Self.countMax))
        guard now - open.first >= least else {
            self.open?.last = now
            return
        }
        if stretches.count == Self.countMax { stretches.removeFirst() }
        stretches.append(Stretch(slot: nextSlot, last: open.last, end: start))
        changedSlots |= 1 << UInt64(nextSlot)
        nextSlot = (nextSlot + 1) % UInt8(Self.countMax)
        self.open = Open(first: now, last: now)
    }

    /// Readers begin at `start` from now on; the stream ends at `tail`.
    mutating func trim(to start: StreamPosition, tail: StreamPosition) {
        stretches.removeAll { $0.end <= start }
        if start == tail { open = nil }
    }

    /// Where the newest part begins that is kept at `now`; nil when all is.
    func firstKept(at now: UInt64, keeping seconds: UInt64, tail: StreamPosition) -> StreamPosition?
    {
        let (limit, isEarly) = now.subtractingReportingOverflow(seconds * 1000)
        guard !isEarly, let open else { return nil }
        if open.last <= limit { return tail }
        return stretches.last { $0.last <= limit }?.end
    }

    /// When something is no longer kept, in milliseconds since 1970; nil when nothing is visible.
    func nextDue(keeping seconds: UInt64) -> UInt64? {
        (stretches.first?.last ?? open?.last).map { $0 + seconds * 1000 }
    }

    /// What was written so far is saved.
    mutating func forgetChanges() {
        changedSlots = 0
    }

    /// The entries: all, or those that were written since the state was restored or saved.
    func saved(_ scope: SavedState.Scope) -> [StateEntry] {
        stretches.filter { scope == .everything || changedSlots >> UInt64($0.slot) & 1 == 1 }
            .map { AgeEntry.encode($0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// Traps when the parts contradict each other.
    func checkInvariants() {
        precondition(stretches.count <= Self.countMax, "stretches have slots")
        precondition(stretches.isEmpty || open != nil, "appends are in a stretch")
        for (left, right) in zip(stretches, stretches.dropFirst()) {
            precondition(left.end < right.end && left.last <= right.last, "in order")
        }
    }
}
