/// What a backup that the server made consists of.
public struct BackupReceipt: Hashable, Sendable, Codable {
    /// The last LSN that it has.
    public let lastLSN: UInt64
    /// When it was made, in milliseconds since 1970.
    public let timeMilliseconds: UInt64
    /// How many streams it has.
    public let streams: UInt64
    /// How many damaged places its verification found: those of the server's own log.
    public let damages: UInt64
    /// How many files it has.
    public let files: UInt64
    /// The bytes of all its files.
    public let bytes: UInt64

    private enum CodingKeys: String, CodingKey {
        case lastLSN = "last_lsn"
        case timeMilliseconds = "time_ms"
        case streams, damages, files, bytes
    }
}
