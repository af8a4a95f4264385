// What a stream of frames is made of, frame by frame.

import VarveConnect

/// Makes the frames of one answer.
///
/// Thread rule: one thread at a time, which may wait for the disk.
protocol FrameSource: AnyObject {
    /// The next frame in its envelope.
    func next() throws(ConnectError) -> Frame
}
