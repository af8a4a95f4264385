/// What an idempotent producer says of one append.
public struct Producer: Equatable, Sendable {
    /// Who it is.
    public var id: String
    /// Raised when it begins anew.
    public var epoch: UInt64
    /// Counts its appends within the epoch, from 0.
    public var sequence: UInt64

    /// A producer's append number `sequence` of its epoch.
    public init(id: String, epoch: UInt64, sequence: UInt64) {
        self.id = id
        self.epoch = epoch
        self.sequence = sequence
    }
}
