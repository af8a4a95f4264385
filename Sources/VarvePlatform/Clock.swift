/// Where time comes from. The executable makes one and passes it down.
package protocol Clock: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; may jump when the system's clock is set.
    func wallMilliseconds() -> UInt64
    /// Nanoseconds since an arbitrary moment; never goes back.
    func monotonicNanoseconds() -> UInt64
}
