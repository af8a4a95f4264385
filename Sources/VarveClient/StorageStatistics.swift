/// What a log amounts to: what `varve stats` shows.
public struct StorageStatistics: Hashable, Sendable, Codable {
    /// Files of one kind.
    public struct Files: Hashable, Sendable, Codable {
        /// How many there are.
        public let files: UInt64
        /// Their bytes.
        public let bytes: UInt64
    }

    /// One stream.
    public struct Stream: Hashable, Sendable, Codable {
        /// Its name.
        public let name: String
        /// How many records it has.
        public let records: UInt64
        /// How many bytes it has.
        public let bytes: UInt64
    }

    /// What only a running server knows.
    public struct Server: Hashable, Sendable, Codable {
        /// How many streams there are, settled or not.
        public let streams: UInt64
        /// Their bytes.
        public let bytes: UInt64
        /// The last LSN that readers see.
        public let durableLSN: UInt64
        /// The process's memory.
        public let residentBytes: UInt64
        /// Of that, the newest part of the journal.
        public let windowBytes: UInt64
        /// Payload bytes taken since the start.
        public let appendBytes: UInt64
        /// Bytes of frames written to the journal since then.
        public let journalBytesWritten: UInt64
        /// Bytes of segments written since then.
        public let segmentBytesWritten: UInt64
        /// How many bytes were written for each byte taken; nil when none was.
        public let writeAmplification: Double?

        private enum CodingKeys: String, CodingKey {
            case streams, bytes
            case durableLSN = "durable_lsn"
            case residentBytes = "resident_bytes"
            case windowBytes = "window_bytes"
            case appendBytes = "append_bytes"
            case journalBytesWritten = "journal_bytes_written"
            case segmentBytesWritten = "segment_bytes_written"
            case writeAmplification = "write_amplification"
        }
    }

    /// How many streams are settled.
    public let streams: UInt64
    /// Their records.
    public let records: UInt64
    /// Their bytes.
    public let bytes: UInt64
    /// The records of the streams that belong to Varve itself, such as the store's: settled ones,
    /// which the counts above leave out.
    public let reservedRecords: UInt64
    /// Their bytes.
    public let reservedBytes: UInt64
    /// The last LSN that is settled.
    public let settledLSN: UInt64
    /// The bytes of all files.
    public let diskBytes: UInt64
    /// The journal's files.
    public let journal: Files
    /// Files that wait to become the journal's.
    public let spares: Files
    /// The segments.
    public let segments: Files
    /// The bytes of records in segments, as readers get them.
    public let segmentRecordBytes: UInt64
    /// The same as they are stored.
    public let segmentStoredBytes: UInt64
    /// The catalog's files.
    public let catalog: Files
    /// The largest settled streams, the largest first.
    public let largest: [Stream]
    /// What only a running server knows; nil for a directory.
    public let server: Server?

    private enum CodingKeys: String, CodingKey {
        case streams, records, bytes
        case reservedRecords = "reserved_records"
        case reservedBytes = "reserved_bytes"
        case settledLSN = "settled_lsn"
        case diskBytes = "disk_bytes"
        case journal, spares, segments
        case segmentRecordBytes = "segment_record_bytes"
        case segmentStoredBytes = "segment_stored_bytes"
        case catalog, largest, server
    }
}
