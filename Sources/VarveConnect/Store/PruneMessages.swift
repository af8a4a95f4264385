/// store.prune.v1.PruneRequest: keys to delete by rule.
package struct PruneRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .pruneRequest }

    /// The numbers of the encodings by which keys are ordered.
    package enum Encoding {
        /// As bytes.
        package static let bytes: Int32 = 0
        /// As eight bytes of an unsigned integer, the highest first.
        package static let uint64: Int32 = 1
        /// As eight bytes of a signed integer, the highest first.
        package static let int64: Int32 = 2
    }

    /// How the keys of a group are ordered.
    package struct Order: Equatable, Sendable {
        /// The named capture that tells.
        package var captureGroup: String
        /// A number of `Encoding`, or one that is none.
        package var encoding: Int32

        /// An order.
        package init(captureGroup: String, encoding: Int32) {
            self.captureGroup = captureGroup
            self.encoding = encoding
        }
    }

    /// One policy; what a request must say is nil where it does not.
    package struct Policy: Equatable, Sendable {
        /// Whether there is a scope of keys at all.
        package var hasKeys: Bool
        /// Which keys.
        package var selector: KeySelector?
        /// The named captures that part them into groups.
        package var groupBy: [String]
        /// How a group is ordered.
        package var order: Order?
        /// What stays of a group.
        package var retain: RetentionRule?

        /// A policy.
        package init(
            selector: KeySelector?, groupBy: [String] = [], order: Order? = nil,
            retain: RetentionRule?, hasKeys: Bool = true
        ) {
            self.hasKeys = hasKeys
            self.selector = selector
            self.groupBy = groupBy
            self.order = order
            self.retain = retain
        }

        init(_ view: MessageView) {
            let keys = view.message(1)
            hasKeys = keys != nil
            selector = keys?.message(1).map { KeySelector($0) }
            groupBy = keys?.message(2)?.strings(1) ?? []
            order = keys?.message(3).map {
                Order(
                    captureGroup: $0.string(1),
                    encoding: $0.number(2, as: Int32.self) ?? Encoding.bytes)
            }
            retain = view.message(3).flatMap { RetentionRule($0) }
        }

        func write(to builder: MessageBuilder) throws(MessageFault) {
            if hasKeys {
                let keys = try builder.message(1)
                if let selector { try selector.write(to: keys.message(1)) }
                if !groupBy.isEmpty { try keys.message(2).setAll(1, groupBy) }
                if let order {
                    let message = try keys.message(3)
                    try message.set(1, order.captureGroup)
                    message.set(2, order.encoding)
                }
            }
            if let retain { try retain.write(to: builder.message(3)) }
        }
    }

    /// The policies, in the order they are applied.
    package var policies: [Policy]

    /// Keys to delete.
    package init(_ policies: [Policy]) {
        self.policies = policies
    }

    package init(_ view: MessageView) {
        policies = view.messages(1).map { Policy($0) }
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.messages(1, count: policies.count) { (index, entry) throws(MessageFault) in
            try policies[index].write(to: entry)
        }
    }
}

/// store.prune.v1.PruneResponse: it is done.
package struct PruneResponse: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .pruneResponse }

    /// An answer.
    package init() {}

    package init(_ view: MessageView) {}

    package func write(to builder: MessageBuilder) {}
}
