/// log.ingest.v1.DeleteRequest: keys to delete in one batch.
package struct DeleteRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .deleteRequest }

    /// The keys, in order, repetitions kept.
    package var keys: [[UInt8]]

    /// A batch of deletions.
    package init(_ keys: [[UInt8]]) {
        self.keys = keys
    }

    package init(_ view: MessageView) {
        keys = view.byteLists(1)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.setAll(1, keys)
    }

    /// Calls `body` with each key of a request, where it lies in its memory.
    package static func forEachKey(
        of view: MessageView, _ body: (_ key: UnsafeRawBufferPointer) -> Void
    ) {
        view.forEachBytes(1, body)
    }
}

/// log.ingest.v1.DeleteResponse: the number that a batch got.
package struct DeleteResponse: SequenceMessage {
    package static var messageType: MessageType { .deleteResponse }

    /// The batch's sequence number.
    package var sequence: UInt64

    /// The answer to a batch.
    package init(sequence: UInt64) {
        self.sequence = sequence
    }
}
