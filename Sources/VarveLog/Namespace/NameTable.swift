import VarveBytes

/// Streams by name: open addressing over the name's bytes, no strings.
///
/// The table is what keeps its streams alive. Thread rule: the owner's lock. Lookups O(1) expected.
struct NameTable {
    private struct Slot {
        var hash: UInt64 = 0
        /// The stream's name, which lives as long as it does: comparing it takes no way through
        /// the stream.
        var name = UnsafeRawBufferPointer(start: nil, count: 0)
        var stream: LogStream?

        /// True when no stream has the slot.
        var isEmpty: Bool { name.baseAddress == nil }

        /// Has the stream brought near: who finds it goes on to use it.
        func prefetch() {
            guard let stream else { return }
            CacheLine.prefetch(
                Unmanaged.passUnretained(stream).toOpaque(), count: LogStream.byteCount)
            LogStream.prefetch(nameBytes: name)
        }
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
        precondition(slots[place].isEmpty, "a name is in the table once")
        slots[place] = Slot(hash: value, name: stream.nameBytes, stream: stream)
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
        while !slots[place].isEmpty {
            if slots[place].hash == hash {
                slots[place].prefetch()
                if slots[place].name.hasSameBytes(as: name) { return place }
            }
            place = (place + 1) & mask
        }
        return place
    }

    /// Moves later entries of the run up, so that lookups never stop too early.
    private mutating func closeGap(at empty: Int) {
        let mask = slots.count - 1
        var gap = empty
        var place = (gap + 1) & mask
        while !slots[place].isEmpty {
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
        for slot in old where !slot.isEmpty {
            var place = Int(truncatingIfNeeded: slot.hash) & mask
            while !slots[place].isEmpty { place = (place + 1) & mask }
            slots[place] = slot
        }
    }
}
