import Synchronization

/// A number that one thread changes and any thread reads.
///
/// Changing it is a load and a store without a locked instruction, which is what one writer allows.
struct Counter: ~Copyable, Sendable {
    private let number = Atomic<UInt64>(0)

    /// The number as last stored.
    var value: UInt64 { number.load(ordering: .relaxed) }

    /// Adds `amount`; for the one thread that writes.
    @inline(__always)
    func add(_ amount: UInt64 = 1) {
        number.store(number.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Takes `amount` away; for the one thread that writes.
    @inline(__always)
    func subtract(_ amount: UInt64 = 1) {
        number.store(number.load(ordering: .relaxed) &- amount, ordering: .relaxed)
    }
}
