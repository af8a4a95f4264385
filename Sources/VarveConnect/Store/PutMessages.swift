/// log.ingest.v1.PutRequest: a batch to write.
package struct PutRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .putRequest }

    /// The pairs, in order, repetitions kept.
    package var entries: [KeyValue]

    /// A batch.
    package init(_ entries: [KeyValue]) {
        self.entries = entries
    }

    package init(_ view: MessageView) {
        entries = KeyValue.all(view, 1)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try KeyValue.set(entries, 1, builder)
    }

    /// Calls `body` with each key and its value of a request, where they lie in its memory.
    package static func forEachEntry(
        of view: MessageView,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        view.forEachMessage(1) { body($0.bytes(1), $0.bytes(2)) }
    }
}

/// log.ingest.v1.PutResponse: the number that a batch got.
package struct PutResponse: SequenceMessage {
    package static var messageType: MessageType { .putResponse }

    /// The batch's sequence number.
    package var sequence: UInt64

    /// The answer to a batch.
    package init(sequence: UInt64) {
        self.sequence = sequence
    }
}
