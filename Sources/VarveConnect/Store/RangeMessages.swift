/// store.query.v1.RangeRequest: keys to scan.
package struct RangeRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .rangeRequest }

    /// The numbers of the traversal modes.
    package enum Mode {
        /// From the smallest key on.
        package static let forward: Int32 = 0
        /// From the largest key on.
        package static let reverse: Int32 = 1
    }

    /// The first key that may come.
    package var start: [UInt8]
    /// The last key that may come; empty for no bound.
    package var end: [UInt8]
    /// How many rows may come; nil for all.
    package var limit: UInt32?
    /// How many of them a frame has at most.
    package var batchSize: UInt32
    /// A number of `Mode`, or one that is none.
    package var mode: Int32
    /// What the answer must have seen at least.
    package var minSequence: UInt64?

    /// Keys to scan.
    package init(
        start: [UInt8] = [], end: [UInt8] = [], limit: UInt32? = nil, batchSize: UInt32,
        mode: Int32 = Mode.forward, minSequence: UInt64? = nil
    ) {
        self.start = start
        self.end = end
        self.limit = limit
        self.batchSize = batchSize
        self.mode = mode
        self.minSequence = minSequence
    }

    package init(_ view: MessageView) {
        start = Array(view.bytes(1))
        end = Array(view.bytes(2))
        limit = view.number(3, as: UInt32.self)
        batchSize = view.number(4, as: UInt32.self) ?? 0
        mode = view.number(5, as: Int32.self) ?? Mode.forward
        minSequence = view.number(6, as: UInt64.self)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.set(1, start)
        try builder.set(2, end)
        if let limit { builder.set(3, limit) }
        builder.set(4, batchSize)
        builder.set(5, mode)
        if let minSequence { builder.set(6, minSequence) }
    }
}

/// store.query.v1.RangeFrame: some of the rows.
package struct RangeFrame: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .rangeFrame }

    /// The rows in the order of the traversal.
    package var rows: [KeyValue]
    /// What the answer has seen.
    package var detail: QueryDetail?

    /// A frame.
    package init(rows: [KeyValue], detail: QueryDetail?) {
        self.rows = rows
        self.detail = detail
    }

    package init(_ view: MessageView) {
        rows = KeyValue.all(view, 1)
        detail = QueryDetail.read(view, 2)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try KeyValue.set(rows, 1, builder)
        if let detail { detail.write(to: try builder.message(2)) }
    }
}
