/// The parts of a stream's state that most streams do not have.
///
/// Thread rule: under the stream's lock.
final class StreamExtras {
    /// When the stream goes by itself; nil when it does not. Never changes.
    let expiry: Expiry?
    /// Where it was asked to begin, if it is a fork. Never changes.
    let fork: ForkRequest?
    /// What limits how much is kept; nil when everything is. Never changes.
    let retention: Retention?
    /// The last `Stream-Seq`; nil before the first.
    private(set) var sequence: SequenceValue?
    /// The idempotent producers; nil before the first.
    private(set) var producers: ProducerTable?

    /// One bit for each listener that wants to know of the next change.
    var armedListeners: UInt64 = 0

    /// Nothing but what never changes, or not even that.
    init(expiry: Expiry?, fork: ForkRequest?, retention: Retention?) {
        self.expiry = expiry
        self.fork = fork
        self.retention = retention
    }

    /// What was saved.
    init(
        expiry: Expiry?, fork: ForkRequest?, retention: Retention?, sequence: SequenceValue?,
        producers: ProducerTable?
    ) {
        self.expiry = expiry
        self.fork = fork
        self.retention = retention
        self.sequence = sequence
        self.producers = producers
    }

    /// Takes over an append's producer and `Stream-Seq`.
    func apply(_ append: StreamEvent.Append) {
        if let producer = append.producer {
            let table = producers ?? ProducerTable()
            table.accept(producer, closes: append.closes)
            producers = table
        }
        guard let bytes = append.sequence else { return }
        if let sequence { sequence.replace(with: bytes) } else { sequence = .init(bytes) }
    }
}
