/// Where one frame goes: reserved under the journal's lock, filled outside it.
struct Placement: Sendable {
    /// The frame's LSN.
    var lsn: UInt64
    /// The block that has its memory, and keeps it until the frame is written.
    var block: Unmanaged<Block>
    /// Where in the block it begins.
    var start: Int
    /// The bytes of the frame.
    var frameBytes: Int
    /// The number of the journal file it will be in.
    var file: UInt32
    /// Its position in that file.
    var byte: UInt32
    /// The id of that file.
    var fileID: UInt64

    /// Memory for exactly the frame's bytes.
    var memory: UnsafeMutableRawPointer { block._withUnsafeGuaranteedRef { $0.memory } + start }
}

/// What a staging call got from the journal: LSNs, a time and places for all frames of its set.
struct Reservation {
    /// The LSN of the first frame; the others follow.
    var firstLSN: UInt64
    /// The time of all frames.
    var wallMilliseconds: UInt64
    /// The group that waits until the frames are filled in.
    var group: Unmanaged<Group>
}
