/// Streams by name: open addressing over the name's bytes, no strings.
///
/// The table is what keeps its streams alive. Thread rule: the owner's lock. Lookups O(1) expected.
struct NameTable {
    private struct Slot {
        var hash: UInt64 = 0
        var stream: LogStream?
    }

    private let hash: NameHash
    private var slots: ContiguousArray<Slot>
    /// The number of streams.
    private(set) var count = 0
    /// The slot where `takeIdle` goes on.
    private var hand = 0

    /// An empty table; `seed` makes the hash its own.
    init(seed: UInt64) {
        hash = NameHash(seed: seed)
        slots = ContiguousArray(repeating: Slot(), count: 64)
    }

    /// The stream of that name.
    func find(_ name: UnsafeRawBufferPointer) -> LogStream? {
        slots[index(of: name, hash: hash.value(name))].stream
    }

    /// Adds a stream whose name is not in the table.
    mutating func insert(_ stream: LogStream) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let value = hash.value(stream.nameBytes)
        let place = index(of: stream.nameBytes, hash: value)
        precondition(slots[place].stream == nil, "a name is in the table once")
        slots[place] = Slot(hash: value, stream: stream)
        count += 1
    }

    /// Removes that stream; false when it is not the one of its name.
    mutating func remove(_ stream: LogStream) -> Bool {
        let place = index(of: stream.nameBytes, hash: hash.value(stream.nameBytes))
        guard slots[place].stream === stream else { return false }
        slots[place] = Slot()
        count -= 1
        closeGap(at: place)
        return true
    }

    /// How many slots there are.
    var capacity: Int { slots.count }

    /// Looks at up to `slots` slots, going round, and takes out the streams that nobody else holds,
    /// that were not used since the last look, and that `isIdle` confirms; at most `limit`.
    mutating func takeIdle(
        atMost limit: Int, lookingAt count: Int, _ isIdle: (LogStream) -> Bool
    ) -> [LogStream] {
        var taken: [LogStream] = []
        var left = min(count, slots.count)
        while left > 0, taken.count < limit {
            left -= 1
            hand &= slots.count - 1
            // A second reference could only come from the table, whose lock is held.
            guard isKnownUniquelyReferenced(&slots[hand].stream), let stream = slots[hand].stream,
                !stream.takeUse(), isIdle(stream)
            else {
                hand += 1
                continue
            }
            taken.append(stream)
            // What followed may have moved to this place, which is looked at next.
            _ = remove(stream)
        }
        return taken
    }

    /// The slot that has the name, or the empty one where it would go.
    private func index(of name: UnsafeRawBufferPointer, hash: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while let stream = slots[place].stream {
            if slots[place].hash == hash, stream.nameBytes.hasSameBytes(as: name) { return place }
            place = (place + 1) & mask
        }
        return place
    }

    /// Moves later entries of the run up, so that lookups never stop too early.
    private mutating func closeGap(at empty: Int) {
        let mask = slots.count - 1
        var gap = empty
        var place = (gap + 1) & mask
        while slots[place].stream != nil {
            let home = Int(truncatingIfNeeded: slots[place].hash) & mask
            if (place - home) & mask >= (place - gap) & mask {
                slots[gap] = slots[place]
                slots[place] = Slot()
                gap = place
            }
            place = (place + 1) & mask
        }
    }

    private mutating func grow() {
        let old = slots
        slots = ContiguousArray(repeating: Slot(), count: old.count * 2)
        let mask = slots.count - 1
        for slot in old where slot.stream != nil {
            var place = Int(truncatingIfNeeded: slot.hash) & mask
            while slots[place].stream != nil { place = (place + 1) & mask }
            slots[place] = slot
        }
    }
}
