/// One record of a stream as a reader gets it.
public struct Record: Sendable, Equatable {
    /// Where it begins; `position.record` is its number (for a control record, the next one's).
    public let position: StreamPosition
    /// What it is.
    public let kind: RecordKind
    /// Its bytes, without a separator.
    public let payload: [UInt8]
    /// The stream's chain head after it; nil when the read did not compute hashes.
    public let chainHash: ChainHash?
}

/// A page of records.
public struct RecordPage: Sendable {
    /// The records, control records included.
    public let records: [Record]
    /// Where the next page begins.
    public let next: StreamPosition
    /// True when nothing that is durable lies behind it.
    public let reachesTail: Bool
}

/// How much of the hash chain a read checks.
public enum ReadCheck: Sendable {
    /// Nothing: records come without hashes.
    case none
    /// From the nearest stored head before the page on.
    case nearest
    /// From the stream's very first record on; O(everything before the page).
    case genesis
}

/// What an append got.
public struct AppendReceipt: Sendable, Equatable {
    /// Behind the last record appended: where the next one goes.
    public let nextOffset: StreamPosition
    /// The stream's chain head there.
    public let chainHash: ChainHash
    /// What to wait for until it is durable.
    public let ticket: LSN
}
