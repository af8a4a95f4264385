/// What a record of a stream is. Persisted, four bits.
public enum RecordKind: UInt8, Sendable {
    /// Bytes of the user; takes a record number.
    case data = 0
    /// The end of the stream: nothing follows. Takes no number and has no bytes.
    case close = 1
    /// Reserved: what lies before a place is gone.
    case trim = 2
    /// Reserved: a data record whose bytes were erased and whose leaf is kept.
    case redacted = 3

    /// True when the record takes a number of its own.
    @inlinable
    public var takesNumber: Bool { self == .data || self == .redacted }
}
