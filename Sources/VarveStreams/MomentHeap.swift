/// What a `MomentHeap` keeps.
protocol MomentEntry: Sendable {
    /// When it is due, in milliseconds since 1970.
    var moment: UInt64 { get set }

    /// Told whenever its slot changes; nil when it is taken out.
    func note(slot: Int?)
}

extension MomentEntry {
    /// Nobody needs to know the slot.
    func note(slot: Int?) {}
}

/// Entries by the moment when each is due, the earliest first: a binary heap.
///
/// Every change is O(log n), except that of many together. Thread rule: one thread at a time.
struct MomentHeap<Entry: MomentEntry>: Sendable {
    /// The children of slot i are 2i+1 and 2i+2, and not earlier.
    private var entries: [Entry] = []

    /// No entries.
    init() {}

    /// How many entries there are.
    var count: Int { entries.count }

    /// The moment of the earliest; nil without entries.
    var nextMoment: UInt64? { entries.first?.moment }

    /// Adds an entry.
    mutating func push(_ entry: Entry) {
        entries.append(entry)
        entry.note(slot: entries.count - 1)
        rise(entries.count - 1)
    }

    /// Takes the earliest if it is due at `now`.
    mutating func takeFirst(dueAt now: UInt64) -> Entry? {
        guard let first = entries.first, first.moment <= now else { return nil }
        remove(0)
        return first
    }

    /// Moves the entry of a slot to an earlier moment; a later one changes nothing.
    mutating func advance(_ slot: Int, to moment: UInt64) {
        guard moment < entries[slot].moment else { return }
        entries[slot].moment = moment
        rise(slot)
    }

    /// Takes the entry of a slot out.
    mutating func remove(_ slot: Int) {
        entries[slot].note(slot: nil)
        let last = entries.removeLast()
        guard slot < entries.count else { return }
        put(last, slot)
        rise(slot)
        sink(slot)
    }

    /// Takes all those out that are no longer wanted; O(n log n).
    mutating func removeAll(where isUnwanted: (Entry) -> Bool) {
        var kept: [Entry] = []
        for entry in entries {
            if isUnwanted(entry) { entry.note(slot: nil) } else { kept.append(entry) }
        }
        // In order is a heap, too.
        entries = kept.sorted { $0.moment < $1.moment }
        for (slot, entry) in entries.enumerated() { entry.note(slot: slot) }
    }

    private mutating func put(_ entry: Entry, _ slot: Int) {
        entries[slot] = entry
        entry.note(slot: slot)
    }

    private mutating func rise(_ start: Int) {
        var slot = start
        while slot > 0, entries[slot].moment < entries[(slot - 1) / 2].moment {
            swap(slot, (slot - 1) / 2)
            slot = (slot - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var slot = start
        while true {
            var least = slot
            for child in [2 * slot + 1, 2 * slot + 2]
            where child < entries.count && entries[child].moment < entries[least].moment {
                least = child
            }
            if least == slot { return }
            swap(slot, least)
            slot = least
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        let entry = entries[left]
        put(entries[right], left)
        put(entry, right)
    }
}
