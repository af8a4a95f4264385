import Synchronization
import VarveLog

/// The engine's listeners, by the number that stands for each in a stream's mask.
///
/// Thread rule: a slot is written before its number is known to anyone, and read under the lock of
/// a stream whose mask has the number's bit, so that the writing happened before. Slots are emptied
/// only when the table goes.
final class ListenerTable: @unchecked Sendable {
    /// The most listeners; a mask has so many bits.
    static let countMax = 64

    private let slots: UnsafeMutablePointer<(any StreamListener)?>
    private let count = Mutex(0)

    /// A table without listeners.
    init() {
        slots = .allocate(capacity: Self.countMax)
        slots.initialize(repeating: nil, count: Self.countMax)
    }

    deinit {
        slots.deinitialize(count: Self.countMax)
        slots.deallocate()
    }

    /// Adds a listener for the life of the table; its number.
    func add(_ listener: any StreamListener) -> Int {
        count.withLock { count in
            precondition(count < Self.countMax, "as many listeners as a mask has bits")
            slots[count] = listener
            count += 1
            return count - 1
        }
    }

    /// Forgets all listeners; nobody may be told of anything any more.
    func clear() {
        for index in 0..<Self.countMax { slots[index] = nil }
    }

    /// Tells the listeners of `mask` that `stream` changed at `lsn`.
    func notify(_ mask: UInt64, _ stream: Stream, at lsn: LSN) {
        var rest = mask
        while rest != 0 {
            slots[rest.trailingZeroBitCount]?.changed(stream, at: lsn)
            rest &= rest &- 1
        }
    }
}
