// What a stream of frames is made of, frame by frame.

import VarveConnect

/// Makes the frames of one answer.
///
/// Thread rule: one thread at a time, which may wait for the disk.
protocol FrameSource: AnyObject {
    /// The next frame in its envelope.
    func next() throws(ConnectError) -> Frame
}

/// One frame of an answer.
struct Frame: Sendable {
    /// The frame in its envelope; empty when there is none after all.
    let bytes: [UInt8]
    /// How many rows are in it.
    let rowCount: Int
    /// Whether it is the last.
    let isLast: Bool
}
