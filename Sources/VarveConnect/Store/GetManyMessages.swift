/// store.query.v1.GetManyRequest: keys to look up.
package struct GetManyRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .getManyRequest }

    /// The keys, repetitions kept.
    package var keys: [[UInt8]]
    /// What the answer must have seen at least.
    package var minSequence: UInt64?
    /// How many of them a frame has at most.
    package var batchSize: UInt32

    /// Keys to look up.
    package init(keys: [[UInt8]], batchSize: UInt32, minSequence: UInt64? = nil) {
        self.keys = keys
        self.batchSize = batchSize
        self.minSequence = minSequence
    }

    package init(_ view: MessageView) {
        keys = view.byteLists(1)
        minSequence = view.number(2, as: UInt64.self)
        batchSize = view.number(3, as: UInt32.self) ?? 0
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.setAll(1, keys)
        if let minSequence { builder.set(2, minSequence) }
        builder.set(3, batchSize)
    }
}

/// store.query.v1.GetManyFrame: some of what was found.
package struct GetManyFrame: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .getManyFrame }

    /// A key with its value, if it has one.
    package struct Entry: Equatable, Sendable {
        /// The key.
        package var key: [UInt8]
        /// The value; nil when the key is not there.
        package var value: [UInt8]?

        /// A key with its value.
        package init(key: [UInt8], value: [UInt8]?) {
            self.key = key
            self.value = value
        }
    }

    /// The keys of this frame in the order they were asked for.
    package var entries: [Entry]
    /// What the answer has seen.
    package var detail: QueryDetail?

    /// A frame.
    package init(entries: [Entry], detail: QueryDetail?) {
        self.entries = entries
        self.detail = detail
    }

    package init(_ view: MessageView) {
        entries = []
        view.forEachMessage(1) { entry in
            entries.append(
                Entry(
                    key: Array(entry.bytes(1)), value: entry.has(2) ? Array(entry.bytes(2)) : nil))
        }
        detail = QueryDetail.read(view, 2)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.messages(1, count: entries.count) { (index, entry) throws(MessageFault) in
            try entry.set(1, entries[index].key)
            if let value = entries[index].value { try entry.set(2, value) }
        }
        if let detail { detail.write(to: try builder.message(2)) }
    }
}
