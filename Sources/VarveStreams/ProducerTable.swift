import VarveBytes
import VarveLog

/// The idempotent producers of one stream: each one's epoch and highest accepted sequence number.
///
/// An open-addressed table over ids kept in one run of memory: looking up and advancing a producer
/// that is known allocates nothing. Producers are never forgotten while the stream lives.
/// Thread rule: under the stream's lock.
final class ProducerTable {
    /// One producer's place.
    struct Producer: Equatable {
        /// The current epoch.
        var epoch: UInt64
        /// The highest accepted sequence number of the epoch.
        var sequence: UInt64
    }

    /// What a producer's tuple means against what is known of it.
    enum Verdict: Equatable {
        /// It is next: accept.
        case next
        /// It was accepted before.
        case duplicate(Producer)
        /// Refuse.
        case refused(StreamError)
    }

    private struct Slot {
        var hash: UInt32
        var idCount: UInt16
        // Accepted something since the table was restored.
        var isChanged: Bool
        var idStart: UInt64
        var producer: Producer
    }

    /// How many producers there are.
    private(set) var count = 0
    /// The tuple that closed the stream, when a producer did.
    private(set) var closing: (slot: Int, producer: Producer)?
    // A power of two of slots, at most three quarters taken; a slot with idCount 0 is free.
    private var slots: UnsafeMutableBufferPointer<Slot>
    private var ids = ByteWriter()

    /// An empty table.
    init() {
        slots = Self.allocate(2)
    }

    /// The table that `entries` are: those of a state saved whole, by key.
    init(_ entries: [StateEntry]) throws(StreamImageCoding.Malformed) {
        slots = Self.allocate(2)
        var last: [UInt8] = []
        for entry in entries {
            guard last.lexicographicallyPrecedes(entry.key) else {
                throw StreamImageCoding.Malformed()
            }
            last = entry.key
            try ProducerEntry.decode(entry) { id, producer in
                insert(id, Self.hash(id), producer)
            }
        }
    }

    deinit {
        slots.deallocate()
    }

    /// What `tuple` means; changes nothing. `countMax` bounds the producers that the table takes.
    func judge(_ tuple: ProducerTuple, countMax: Int) -> Verdict {
        guard let slot = find(tuple.id, Self.hash(tuple.id)) else {
            if tuple.sequence > 0 {
                return .refused(.producerGap(expected: 0, received: tuple.sequence))
            }
            return count < countMax ? .next : .refused(.producerLimit(countMax))
        }
        let known = slots[slot].producer
        if tuple.epoch < known.epoch {
            return .refused(.producerFenced(currentEpoch: known.epoch))
        }
        if tuple.epoch > known.epoch {
            return tuple.sequence == 0 ? .next : .refused(.producerEpochNotAtZero)
        }
        if tuple.sequence <= known.sequence { return .duplicate(known) }
        if tuple.sequence == known.sequence + 1 { return .next }
        let gap = StreamError.producerGap(
            expected: known.sequence + 1, received: tuple.sequence)
        return .refused(gap)
    }

    /// Records that `tuple` was accepted, and that it closed the stream when `closes`.
    func accept(_ tuple: ProducerTuple, closes: Bool) {
        let producer = Producer(epoch: tuple.epoch, sequence: tuple.sequence)
        let hash = Self.hash(tuple.id)
        let slot = find(tuple.id, hash) ?? insert(tuple.id, hash, producer)
        slots[slot].producer = producer
        slots[slot].isChanged = true
        if closes { closing = (slot, producer) }
    }

    /// The producer's state when `tuple` is exactly the one that closed the stream.
    func closedBy(_ tuple: ProducerTuple) -> Producer? {
        guard let closing, id(of: closing.slot).equals(tuple.id),
            closing.producer.epoch == tuple.epoch, closing.producer.sequence == tuple.sequence
        else { return nil }
        return closing.producer
    }

    /// What is known of the producer `id`.
    func known(_ id: UnsafeRawBufferPointer) -> Producer? {
        find(id, Self.hash(id)).map { slots[$0].producer }
    }

    /// The tuple that closed the stream, its id apart; nil when no producer did.
    var closingTuple: StreamImage.Closing? {
        closing.map { closing in
            StreamImage.Closing(
                id: Array(id(of: closing.slot)), epoch: closing.producer.epoch,
                sequence: closing.producer.sequence)
        }
    }

    /// From now on nothing counts as accepted since the table was restored. Linear.
    func forgetChanges() {
        for index in slots.indices { slots[index].isChanged = false }
    }

    /// The producers, by id, byte by byte: all, or those that accepted something since the table
    /// was restored. O(n log n).
    func saved(_ scope: SavedState.Scope) -> [StateEntry] {
        var entries: [StateEntry] = []
        for index in slots.indices where slots[index].idCount > 0 {
            guard scope == .everything || slots[index].isChanged else { continue }
            entries.append(ProducerEntry.encode(id(of: index), slots[index].producer))
        }
        return entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// Takes over the tuple that closed the stream; false when the table does not have its
    /// producer.
    func restore(_ closing: StreamImage.Closing) -> Bool {
        let slot = closing.id.withUnsafeBytes { find($0, Self.hash($0)) }
        guard let slot else { return false }
        let producer = Producer(epoch: closing.epoch, sequence: closing.sequence)
        self.closing = (slot, producer)
        return true
    }

    /// Traps when the table contradicts itself. Linear.
    func checkInvariants() {
        let taken = slots.indices.filter { slots[$0].idCount > 0 }
        precondition(taken.count == count, "the count is that of the slots taken")
        precondition(count * 4 <= slots.count * 3, "a quarter of the slots is free")
        precondition(taken.allSatisfy { find(id(of: $0), slots[$0].hash) == $0 }, "all are found")
    }

    /// The slot of `id`, or nil.
    private func find(_ id: UnsafeRawBufferPointer, _ hash: UInt32) -> Int? {
        var index = Int(hash) & (slots.count - 1)
        while slots[index].idCount > 0 {
            if slots[index].hash == hash, self.id(of: index).equals(id) { return index }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Takes a slot for `id`, which is not in the table.
    @discardableResult
    private func insert(
        _ id: UnsafeRawBufferPointer, _ hash: UInt32, _ producer: Producer
    ) -> Int {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let start = UInt64(ids.count)
        ids.append(id)
        count += 1
        let slot = Slot(
            hash: hash, idCount: UInt16(id.count), isChanged: false, idStart: start,
            producer: producer)
        let index = freeSlot(hash)
        slots[index] = slot
        return index
    }

    /// The first free slot for a hash.
    private func freeSlot(_ hash: UInt32) -> Int {
        var index = Int(hash) & (slots.count - 1)
        while slots[index].idCount > 0 { index = (index + 1) & (slots.count - 1) }
        return index
    }

    /// Doubles the slots.
    private func grow() {
        let old = slots
        var moved: Int?
        slots = Self.allocate(old.count * 2)
        for index in old.indices where old[index].idCount > 0 {
            let place = freeSlot(old[index].hash)
            slots[place] = old[index]
            if closing?.slot == index { moved = place }
        }
        if let moved { closing?.slot = moved }
        old.deallocate()
    }

    private func id(of slot: Int) -> UnsafeRawBufferPointer {
        let start = Int(slots[slot].idStart)
        return UnsafeRawBufferPointer(
            rebasing: ids.bytes[start..<start + Int(slots[slot].idCount)])
    }

    private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Slot> {
        let slots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: count)
        let free = Slot(
            hash: 0, idCount: 0, isChanged: false, idStart: 0,
            producer: Producer(epoch: 0, sequence: 0))
        slots.initialize(repeating: free)
        return slots
    }

    /// Seeded by the process, so that nobody outside can choose ids that collide. Not persisted.
    private static func hash(_ id: UnsafeRawBufferPointer) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(bytes: id)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
