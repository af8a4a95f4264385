import VarveBytes
import VarveLog

/// One mutation that was staged.
enum Change {
    /// A stream came to be, perhaps with content.
    case create(ModelStream)
    /// Records were appended, the stream was closed, or both.
    case append(stream: UInt64, AppendChange)
    /// What lies before a place went out of sight of the readers.
    case trim(stream: UInt64, TrimChange)
    /// What these records of the stream said is erased, for its forks too.
    case redact(stream: UInt64, records: Range<Int>)
    /// A use of the stream was written down.
    case touch(stream: UInt64)
    /// The stream went.
    case delete(stream: UInt64)
}

/// What a trim brings.
struct TrimChange {
    /// Where the stream begins from then on for its readers.
    var start: StreamPosition
    /// The chain's head behind it.
    var head: ChainHash
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
