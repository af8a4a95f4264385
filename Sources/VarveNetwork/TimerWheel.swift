// Timers of one loop: a wheel of lists, so that setting, moving and cancelling cost the same
// however many there are. An entry farther away than one turn of the wheel stays where it is and
// is looked at once per turn.

/// A set timer. Of no use once it has fired or was cancelled.
package struct TimerToken: Equatable, Sendable {
    let index: UInt32
    let generation: UInt32
}

/// What a timer is for.
enum TimerTarget {
    /// A connection, by its token.
    case connection(UInt64)
    /// Something of the server.
    case owner(any TimerOwner)
    /// Accepting, after the kernel ran out of something.
    case accept
    /// The end of the time for draining.
    case drain
}

/// The timers of one loop, in nanoseconds of its clock, accurate to one tick.
///
/// Not thread-safe: it belongs to one loop.
struct TimerWheel: ~Copyable {
    /// 16.8 ms.
    static let tickShift: UInt64 = 24
    private static let slotCount = 4096
    private static let none = UInt32.max

    private struct Node {
        var deadline: UInt64 = 0
        var next = TimerWheel.none
        var previous = TimerWheel.none
        var slot: UInt32 = 0
        /// Odd while the node is in use.
        var generation: UInt32 = 0
        var target = TimerTarget.connection(0)
    }

    private var nodes: [Node] = []
    private var freeList = TimerWheel.none
    private var slots: [UInt32]
    /// Bit n: slot n has entries.
    private var occupied: [UInt64]
    /// All ticks before this one are done.
    private var tick: UInt64
    private var due: [TimerToken] = []
    private var time: UInt64
    /// The number of set timers.
    private(set) var count = 0

    /// A wheel without timers that stands at `now`.
    init(now: UInt64) {
        slots = Array(repeating: Self.none, count: Self.slotCount)
        occupied = Array(repeating: 0, count: Self.slotCount / 64)
        tick = now >> Self.tickShift
        time = now
    }

    /// Sets a timer that fires in the first turn at or after `deadline`.
    mutating func schedule(at deadline: UInt64, _ target: TimerTarget) -> TimerToken {
        let index: UInt32
        if freeList != Self.none {
            index = freeList
            freeList = nodes[Int(index)].next
        } else {
            index = UInt32(nodes.count)
            nodes.append(Node())
        }
        nodes[Int(index)].generation &+= 1
        nodes[Int(index)].target = target
        link(index, deadline)
        count += 1
        return TimerToken(index: index, generation: nodes[Int(index)].generation)
    }

    /// Moves a set timer to another time.
    mutating func move(_ token: TimerToken, to deadline: UInt64) {
        guard isSet(token) else { return }
        unlink(token.index)
        link(token.index, deadline)
    }

    /// Cancels a timer; does nothing if it has fired or was cancelled.
    mutating func cancel(_ token: TimerToken) {
        guard isSet(token) else { return }
        unlink(token.index)
        release(token.index)
    }

    /// Nanoseconds until the next entry may be due, nil without timers.
    func nanosecondsToNext(now: UInt64) -> UInt64? {
        guard count > 0 else { return nil }
        let start = Int(tick) & (Self.slotCount - 1)
        var word = start / 64
        var bits = occupied[word] & (UInt64.max << UInt64(start % 64))
        // One word more than there are: the first one's lower bits come last.
        for _ in 0...occupied.count {
            if bits != 0 {
                let slot = word * 64 + bits.trailingZeroBitCount
                let distance = UInt64((slot - start) & (Self.slotCount - 1))
                // A slot is looked at when its tick is over, so that nothing in it is early.
                let time = (tick + distance + 1) << Self.tickShift
                return time > now ? time - now : 0
            }
            word = (word + 1) % occupied.count
            bits = occupied[word]
        }
        return nil
    }

    /// Moves the wheel on to `now` and notes what is due, for `takeNext`.
    mutating func collect(now: UInt64) {
        time = now
        let last = now >> Self.tickShift
        guard last > tick else { return }
        let steps = min(last - tick, UInt64(Self.slotCount))
        for step in 0..<steps {
            var index = slots[Int(tick + step) & (Self.slotCount - 1)]
            while index != Self.none {
                let node = nodes[Int(index)]
                if node.deadline <= now {
                    due.append(TimerToken(index: index, generation: node.generation))
                }
                index = node.next
            }
        }
        tick = last
    }

    /// The next due timer's target; the timer is spent.
    mutating func takeNext() -> TimerTarget? {
        while let token = due.popLast() {
            // It may have been moved since it was found due.
            guard isSet(token), nodes[Int(token.index)].deadline <= time else { continue }
            let target = nodes[Int(token.index)].target
            unlink(token.index)
            release(token.index)
            return target
        }
        return nil
    }

    private func isSet(_ token: TimerToken) -> Bool {
        nodes[Int(token.index)].generation == token.generation
    }

    private mutating func link(_ index: UInt32, _ deadline: UInt64) {
        // A time that has passed goes where the wheel looks next.
        let slot = Int(max(deadline >> Self.tickShift, tick)) & (Self.slotCount - 1)
        let head = slots[slot]
        nodes[Int(index)].deadline = deadline
        nodes[Int(index)].slot = UInt32(slot)
        nodes[Int(index)].previous = Self.none
        nodes[Int(index)].next = head
        if head != Self.none { nodes[Int(head)].previous = index }
        slots[slot] = index
        occupied[slot / 64] |= 1 << UInt64(slot % 64)
    }

    private mutating func unlink(_ index: UInt32) {
        let next = nodes[Int(index)].next
        let previous = nodes[Int(index)].previous
        if next != Self.none { nodes[Int(next)].previous = previous }
        if previous != Self.none {
            nodes[Int(previous)].next = next
            return
        }
        let slot = Int(nodes[Int(index)].slot)
        slots[slot] = next
        if next == Self.none { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
    }

    private mutating func release(_ index: UInt32) {
        nodes[Int(index)].generation &+= 1
        nodes[Int(index)].target = .connection(0)
        nodes[Int(index)].next = freeList
        freeList = index
        count -= 1
    }
}
