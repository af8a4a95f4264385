/// What became of a redaction.
public struct RedactionReceipt: Equatable, Sendable {
    /// How many records were erased.
    public let records: UInt64
    /// Behind the last of them.
    public let end: StreamPosition
    /// The last frame that says so; readers see the filler since it is durable.
    public let lsn: LSN
    /// True when no file of the log has the bytes any more; false when a read, a backup or a fault
    /// of the disk holds that up: then it follows by itself, at the latest when the log is opened.
    public let isErased: Bool
}
