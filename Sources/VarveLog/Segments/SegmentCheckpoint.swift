/// A place in a run where the chain's head is recorded, and from which it can be read and verified.
package struct SegmentCheckpoint: Hashable, Sendable {
    /// Its number in the run, from 0.
    package let index: Int
    /// Where the next record begins.
    package let position: StreamPosition
    /// The chain's head there; nil where that is the beginning of the stream's chain.
    package let head: ChainHash?
}
