import VarveBytes

/// The extents of one stream, in order: one inline, more in memory of its own.
///
/// Belongs to a stream and is used under its lock. 32 bytes per appended part until it is settled.
struct ExtentList: ~Copyable {
    private var inline = Extent(
        lsn: 0, file: 0, byte: 0, firstRecord: 0, firstByte: 0, isBoundary: true)
    private var base: UnsafeMutablePointer<Extent>?
    private var used: UInt32 = 0
    private var capacity: UInt32 = 1

    deinit {
        base?.deallocate()
    }

    /// The number of extents.
    var count: Int { Int(used) }

    /// The bytes held beside the list itself.
    var allocatedBytes: Int { base == nil ? 0 : Int(capacity) * MemoryLayout<Extent>.stride }

    /// The extent at `index`, which must be below `count`.
    subscript(index: Int) -> Extent {
        precondition(index >= 0 && index < count, "an extent that does not exist")
        return base?[index] ?? inline
    }

    /// Has the place of the next extent brought near, without waiting for it.
    func prefetchEnd() {
        guard let base, used < capacity else { return }
        CacheLine.prefetch(base + Int(used), count: MemoryLayout<Extent>.stride)
    }

    /// Adds an extent behind all others.
    mutating func append(_ extent: Extent) {
        if used == capacity { grow() }
        if let base {
            (base + Int(used)).initialize(to: extent)
        } else {
            inline = extent
        }
        used += 1
    }

    /// Forgets all extents and gives their memory back.
    mutating func removeAll() {
        base?.deallocate()
        base = nil
        used = 0
        capacity = 1
    }

    /// Forgets the extents with an LSN that is not above `lsn`, and gives memory back. Linear.
    mutating func removeAll(through lsn: UInt64) {
        let gone = count(through: lsn)
        guard gone > 0 else { return }
        let left = count - gone
        guard left > 0 else { return removeAll() }
        let old = base
        if left == 1 {
            inline = self[gone]
            base = nil
            capacity = 1
        } else if let old {
            let memory = UnsafeMutablePointer<Extent>.allocate(capacity: left)
            memory.initialize(from: old + gone, count: left)
            base = memory
            capacity = UInt32(left)
        }
        used = UInt32(left)
        old?.deallocate()
    }

    /// The number of extents with an LSN that is not above `lsn`; they come first. O(log n).
    func count(through lsn: UInt64) -> Int {
        // Nearly always everything, or all but the newest, is durable.
        if used == 0 || self[count - 1].lsn <= lsn { return count }
        var low = 0
        var high = count - 1
        while low < high {
            let middle = (low + high) / 2
            if self[middle].lsn <= lsn { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The last of the first `limit` extents in which `record` or an earlier one starts. O(log n).
    func index(of record: UInt64, among limit: Int) -> Int? {
        var low = 0
        var high = limit
        while low < high {
            let middle = (low + high) / 2
            if self[middle].firstRecord <= record { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    /// The last of the first `limit` extents that begins at or before `byte`. O(log n).
    func index(beginningAtOrBefore byte: UInt64, among limit: Int) -> Int? {
        var low = 0
        var high = limit
        while low < high {
            let middle = (low + high) / 2
            if self[middle].firstByte <= byte { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    /// Half as much again: streams are many, and half-empty tables are memory too.
    private mutating func grow() {
        let larger = max(4, capacity + capacity / 2)
        let memory = UnsafeMutablePointer<Extent>.allocate(capacity: Int(larger))
        if let base {
            memory.moveInitialize(from: base, count: count)
            base.deallocate()
        } else {
            memory.initialize(to: inline)
        }
        base = memory
        capacity = larger
    }
}
