/// What a record of a stream is. Persisted, four bits.
public enum RecordKind: UInt8, Sendable {
    /// Bytes of the user; takes a record number.
    case data = 0
    /// The end of the stream: nothing follows. Takes no number and has no bytes.
    case close = 1
    /// What lies before a place is hidden from now on. Takes no number and has no bytes.
    case trim = 2
    /// A data record whose bytes were erased and whose leaf is kept; in segments alone.
    case redacted = 3

    /// True when the record takes a number of its own.
    @inlinable
    public var takesNumber: Bool { self == .data || self == .redacted }

    /// True when its leaf does not follow from its stored bytes and is kept beside them in
    /// segments.
    var keepsLeaf: Bool { self == .trim || self == .redacted }
}
