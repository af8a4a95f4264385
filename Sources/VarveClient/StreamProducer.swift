/// The identity of one append by an idempotent producer.
///
/// A server accepts each (identity, epoch, sequence) once, so an append that carries it can be
/// sent again after a lost answer without being stored twice.
public struct StreamProducer: Hashable, Sendable {
    /// The producer's name, not empty.
    public var id: String
    /// The producer's incarnation: a newer epoch fences the older ones. At most 2^53 - 1.
    public var epoch: UInt64
    /// The number of this append within the epoch, from 0 without gaps. At most 2^53 - 1.
    public var sequence: UInt64

    /// Names one append of a producer.
    public init(id: String, epoch: UInt64 = 0, sequence: UInt64 = 0) {
        self.id = id
        self.epoch = epoch
        self.sequence = sequence
    }
}
