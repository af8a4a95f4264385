/// log.stream.v1.GetRequest: a batch to look up.
package struct BatchRequest: SequenceMessage {
    package static var messageType: MessageType { .batchRequest }

    /// The batch's sequence number.
    package var sequence: UInt64

    /// A batch to look up.
    package init(sequence: UInt64) {
        self.sequence = sequence
    }
}

/// log.stream.v1.GetResponse: a batch. SubscribeResponse has the same shape.
package struct BatchResponse: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .batchResponse }

    /// The batch's sequence number.
    package var sequence: UInt64
    /// Its entries, or those that were chosen; those of a delete batch have no values.
    package var entries: [KeyValue]
    /// Whether the batch deletes.
    package var isDeletion: Bool

    /// A batch.
    package init(sequence: UInt64, entries: [KeyValue], isDeletion: Bool = false) {
        self.sequence = sequence
        self.entries = entries
        self.isDeletion = isDeletion
    }

    package init(_ view: MessageView) {
        sequence = view.number(1, as: UInt64.self) ?? 0
        entries = KeyValue.all(view, 2)
        isDeletion = view.bool(100)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        builder.set(1, sequence)
        try KeyValue.set(entries, 2, builder)
        builder.set(100, isDeletion)
    }
}
