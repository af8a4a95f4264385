public import Synchronization

/// The mutex of the standard library, made visible to the thread sanitizer.
///
/// Under contention the standard mutex is handed over by the kernel, of which the sanitizer sees
/// nothing: it would report every value as raced for. One atomic word, read after locking and
/// written before unlocking, is the edge it needs; on x86-64 that is two plain moves.
@usableFromInline
struct Mutex<Value: ~Copyable>: ~Copyable, Sendable {
    @usableFromInline let base: Synchronization.Mutex<Value>
    @usableFromInline let edge = Atomic<UInt32>(0)

    /// An unlocked mutex that protects `value`.
    @inlinable
    init(_ value: consuming sending Value) {
        base = Synchronization.Mutex(value)
    }

    /// Runs `body` with the mutex locked.
    @inlinable
    borrowing func withLock<R, E: Error>(
        _ body: (inout sending Value) throws(E) -> sending R
    ) throws(E) -> sending R {
        try base.withLock { (value) throws(E) in
            _ = edge.load(ordering: .acquiring)
            defer { edge.store(0, ordering: .releasing) }
            return try body(&value)
        }
    }
}
