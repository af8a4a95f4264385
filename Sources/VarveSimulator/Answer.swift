/// An answer that the engine gave and that leaves when it says so.
struct Answer {
    /// The LSN that the engine wants it to wait for.
    var visibleAt: UInt64
    /// The last change that whoever gets the answer can tell happened.
    var reveals: UInt64
    /// A stream whose lifetime begins anew with it, and when.
    var use: (stream: UInt64, time: UInt64)?
}
