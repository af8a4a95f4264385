/// store.query.v1.GetRequest: a key to look up.
package struct GetRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .getRequest }

    /// The key.
    package var key: [UInt8]
    /// What the answer must have seen at least.
    package var minSequence: UInt64?

    /// A key to look up.
    package init(key: [UInt8], minSequence: UInt64? = nil) {
        self.key = key
        self.minSequence = minSequence
    }

    package init(_ view: MessageView) {
        key = Array(view.bytes(1))
        minSequence = view.number(2, as: UInt64.self)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.set(1, key)
        if let minSequence { builder.set(2, minSequence) }
    }
}

/// store.query.v1.GetResponse: what was found.
package struct GetResponse: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .getResponse }

    /// The value; nil when the key is not there.
    package var value: [UInt8]?
    /// What the answer has seen.
    package var detail: QueryDetail?

    /// An answer.
    package init(value: [UInt8]?, detail: QueryDetail?) {
        self.value = value
        self.detail = detail
    }

    package init(_ view: MessageView) {
        value = view.has(1) ? Array(view.bytes(1)) : nil
        detail = QueryDetail.read(view, 2)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        if let value { try builder.set(1, value) }
        if let detail { detail.write(to: try builder.message(2)) }
    }
}
