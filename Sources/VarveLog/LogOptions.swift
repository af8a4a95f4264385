/// How a log is opened: limits and modes, none of which is persisted.
public struct LogOptions: Sendable {
    /// What readers may see, and when an append is acknowledged.
    public var durability: Durability = .sync
    /// The size of a new journal file, written with zeros in advance.
    public var fileBytes = 64 << 20
    /// How many files are kept ready for use.
    public var sparesMax = 2
    /// How many of the newest journal bytes are kept in memory for reads.
    public var windowBytes = 32 << 20
    /// How many bytes may wait for the disk before appends are refused as `overloaded`.
    public var stagedBytesMax = 64 << 20
    /// The most bytes of one record.
    public var recordBytesMax = 16 << 20
    /// The most payload bytes of one append with all its records.
    public var appendBytesMax = 24 << 20
    /// How many bytes of frames one write takes; reached, the next frame opens another group.
    public var groupBytes = 4 << 20
    /// How long a log must be idle before it marks on disk what was synced; nil = only when closed.
    public var idleMarkMilliseconds: UInt64? = 200
    /// How many journal files, and how many segments, are kept open for reads of older data.
    public var openFilesMax = 128
    /// How many bytes of frames are settled together.
    public var settleBytes = 32 << 20
    /// How long unsettled frames may wait when there are at least `settleAgeBytesMin` of them.
    public var settleAgeMilliseconds: UInt64 = 60_000
    /// How many bytes are not worth a segment because of their age.
    public var settleAgeBytesMin = 4 << 20
    /// How many bytes of frames may wait to be settled before appends are refused as `overloaded`.
    public var unsettledBytesMax: UInt64 = 256 << 20
    /// How many streams stay in memory though nobody uses them and all of them is settled.
    public var residentStreamsMax = 50_000
    /// Whether segments are merged when that is worth it, and not only when somebody asks for it.
    public var mergesSegments = true
    /// The most bytes of the segments that are merged into one.
    public var mergeBytesMax: UInt64 = 8 << 30
    /// How many bytes a second merging may read and write together; 0 = as many as it can.
    public var mergeBytesPerSecond = 128 << 20
    /// Whether closing settles everything, so that the next opening has nothing to replay.
    public var settlesWhenClosed = true
    /// When checkpoints are made, beside where settlings end.
    public var checkpoints = CheckpointPolicy.every(records: 1000)
    /// Who writes and prepares files.
    package var workers = WorkerMode.threads

    /// The defaults.
    public init() {}

    /// Throws when a limit contradicts another: `limitExceeded` with the limit's name.
    func check() throws(LogError) {
        try checkpoints.check()
        try Self.require("journal file bytes", fileBytes, atMost: Format.fileBytesMax)
        try Self.require("smallest journal file bytes", Format.fileBytesMin, atMost: fileBytes)
        try Self.require("record bytes", recordBytesMax, atMost: Format.recordBytesMax - 1)
        try Self.require("staged bytes", groupBytes, atMost: stagedBytesMax)
        try Self.require("append bytes", appendBytesMax, atMost: stagedBytesMax)
        try Self.require("settle bytes", settleBytes, atMost: Int(clamping: unsettledBytesMax / 4))
    }

    var settleAgeNanoseconds: UInt64 { settleAgeMilliseconds * 1_000_000 }

    private static func require(
        _ name: String, _ actual: Int, atMost limit: Int
    ) throws(LogError) {
        guard actual <= limit else {
            throw .limitExceeded(name: name, limit: limit, actual: actual)
        }
    }
}
