/// One frame of an answer.
struct Frame: Sendable {
    /// The frame in its envelope; empty when there is none after all.
    let bytes: [UInt8]
    /// How many rows are in it.
    let rowCount: Int
    /// Whether it is the last.
    let isLast: Bool
}
