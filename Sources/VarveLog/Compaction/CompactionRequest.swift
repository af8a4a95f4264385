/// What one caller of `compact` asks for.
struct CompactionRequest: Sendable {
    /// What tells it from others, and under which it is answered.
    let number: UInt64
    /// Says that its caller does not want it any more; asked on the settler's thread, without its
    /// lock.
    let isOver: @Sendable () -> Bool
}
