import VarveBytes

/// Streams by id: open addressing, one word a slot.
///
/// It keeps nothing alive: whoever owns it holds every stream that is in it elsewhere. Thread rule:
/// the owner's lock. Lookups O(1) expected.
struct StreamTable {
    private var slots: ContiguousArray<Unmanaged<LogStream>?>
    private var count = 0

    /// An empty table.
    init() {
        slots = ContiguousArray(repeating: nil, count: 64)
    }

    /// The stream with that id.
    func find(_ id: StreamID) -> LogStream? {
        slots[index(of: id)]?.takeUnretainedValue()
    }

    /// Has streams brought near, and what lies behind them, without waiting for one after the
    /// other; nothing happens for ids that are not in the table.
    func prefetch(_ ids: some Collection<StreamID>) {
        let mask = slots.count - 1
        for id in ids {
            guard let slot = slots[Self.home(id, mask)] else { continue }
            CacheLine.prefetch(slot.toOpaque(), count: LogStream.byteCount)
        }
        for id in ids {
            slots[index(of: id)]?._withUnsafeGuaranteedRef {
                LogStream.prefetch(nameBytes: $0.nameBytes)
                $0.prefetchAttachment()
            }
        }
    }

    /// Adds a stream that is not in the table.
    mutating func insert(_ stream: LogStream) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let place = index(of: stream.id)
        precondition(slots[place] == nil, "a stream is in the table once")
        slots[place] = Unmanaged.passUnretained(stream)
        count += 1
    }

    /// Removes a stream; nothing happens when it is not there.
    mutating func remove(_ stream: LogStream) {
        let place = index(of: stream.id)
        guard slots[place] != nil else { return }
        slots[place] = nil
        count -= 1
        closeGap(at: place)
    }

    /// The slot that has the id, or the empty one where it would go.
    private func index(of id: StreamID) -> Int {
        let mask = slots.count - 1
        var place = Self.home(id, mask)
        while let slot = slots[place], slot._withUnsafeGuaranteedRef({ $0.id }) != id {
            place = (place + 1) & mask
        }
        return place
    }

    /// Ids ascend and are never chosen by anyone: a multiplication spreads them.
    private static func home(_ id: StreamID, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: (id.rawValue &* 0x9e37_79b9_7f4a_7c15) >> 20) & mask
    }

    /// Moves later entries of the run up, so that lookups never stop too early.
    private mutating func closeGap(at empty: Int) {
        let mask = slots.count - 1
        var gap = empty
        var place = (gap + 1) & mask
        while let slot = slots[place] {
            let home = Self.home(slot._withUnsafeGuaranteedRef { $0.id }, mask)
            if (place - home) & mask >= (place - gap) & mask {
                slots[gap] = slot
                slots[place] = nil
                gap = place
            }
            place = (place + 1) & mask
        }
    }

    private mutating func grow() {
        let old = slots
        slots = ContiguousArray(repeating: nil, count: old.count * 2)
        for case let slot? in old {
            slots[index(of: slot._withUnsafeGuaranteedRef { $0.id })] = slot
        }
    }
}
