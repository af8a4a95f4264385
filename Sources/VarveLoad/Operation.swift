/// One request under way.
struct Operation {
    /// When it began: when it was written, or with a rate when it was due. Monotonic nanoseconds.
    var startedAt: UInt64
    /// The stream it is about.
    var stream: UInt32
    /// What it is to the workload that sent it.
    var tag: UInt8
}
