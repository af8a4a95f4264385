/// What stays: a policy of log.retention.v1 or of store.prune.v1, which have the same shape.
package enum RetentionRule: Equatable, Sendable {
    /// The newest, so many.
    case keepLatest(count: UInt64)
    /// What is above a number.
    case greaterThan(threshold: UInt64)
    /// What is at or above a number.
    case greaterThanOrEqual(threshold: UInt64)
    /// Nothing.
    case dropAll

    /// The rule that a policy names; nil when it names none.
    init?(_ view: MessageView) {
        if let rule = view.message(1) {
            self = .keepLatest(count: rule.number(1, as: UInt64.self) ?? 0)
        } else if let rule = view.message(2) {
            self = .greaterThan(threshold: rule.number(1, as: UInt64.self) ?? 0)
        } else if let rule = view.message(3) {
            self = .greaterThanOrEqual(threshold: rule.number(1, as: UInt64.self) ?? 0)
        } else if view.message(4) != nil {
            self = .dropAll
        } else {
            return nil
        }
    }

    func write(to builder: MessageBuilder) throws(MessageFault) {
        switch self {
        case .keepLatest(let count): try builder.message(1).set(1, count)
        case .greaterThan(let threshold): try builder.message(2).set(1, threshold)
        case .greaterThanOrEqual(let threshold): try builder.message(3).set(1, threshold)
        case .dropAll: _ = try builder.message(4)
        }
    }
}

/// log.retention.v1.SetRetentionRequest: what stays in the log of batches from now on.
package struct SetRetentionRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .setRetentionRequest }

    /// Whether there is a policy at all; without one, what is set is cleared.
    package var hasPolicy: Bool
    /// The policy's rule; nil when it names none.
    package var rule: RetentionRule?

    /// A setting; nil clears it.
    package init(_ rule: RetentionRule?) {
        self.rule = rule
        hasPolicy = rule != nil
    }

    package init(_ view: MessageView) {
        let policy = view.message(1)
        hasPolicy = policy != nil
        rule = policy.flatMap { RetentionRule($0) }
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        guard hasPolicy else { return }
        let policy = try builder.message(1)
        if let rule { try rule.write(to: policy) }
    }
}

/// log.retention.v1.SetRetentionResponse: where the log of batches begins now.
package struct SetRetentionResponse: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .setRetentionResponse }

    /// The oldest batch that is still there; nil when there is none.
    package var oldestRetained: UInt64?

    /// An answer.
    package init(oldestRetained: UInt64?) {
        self.oldestRetained = oldestRetained
    }

    package init(_ view: MessageView) {
        oldestRetained = view.number(1, as: UInt64.self)
    }

    package func write(to builder: MessageBuilder) {
        if let oldestRetained { builder.set(1, oldestRetained) }
    }
}
