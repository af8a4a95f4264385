import VarveBytes

/// One mutation that was staged.
enum Change {
    /// A stream came to be, perhaps with content.
    case create(ModelStream)
    /// Records were appended, the stream was closed, or both.
    case append(stream: UInt64, AppendChange)
    /// A use of the stream was written down.
    case touch(stream: UInt64)
    /// The stream went.
    case delete(stream: UInt64)
}

/// What an append brings.
struct AppendChange {
    /// The records as they are stored, separators included.
    var records: [[UInt8]]
    var producer: ProducerRequest?
    var sequence: String?
    var closes: Bool
    /// The chain's head behind it.
    var head: SHA256Digest
}
