public import VarveBytes

/// What a verification looks at, and how.
public struct VerificationOptions: Sendable {
    /// Only the stream of this name; nil = all.
    public var stream: String?
    /// Heads obtained earlier, to be found in the log.
    public var heads: [SignedHead] = []
    /// What the heads' signatures are checked with.
    public var publicKeys: [KeyID: PublicKey] = [:]
    /// How many threads hash; at least 1.
    public var jobs = 1
    /// Told now and then how far it is, on any of the threads.
    public var progress: (@Sendable (VerificationProgress) -> Void)?

    /// Everything, with one thread.
    public init() {}

    /// The most threads.
    public static let jobsMax = 256
}

/// How far a verification is.
public struct VerificationProgress: Sendable {
    /// Bytes of files that were looked at.
    public let bytesDone: UInt64
    /// Bytes of all files.
    public let bytesTotal: UInt64
}
