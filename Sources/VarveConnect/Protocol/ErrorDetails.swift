/// google.rpc.ErrorInfo: why, in words for programs.
package struct ErrorInfo: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .errorInfo }

    /// A constant in capitals.
    package var reason: String
    /// Whose constant it is.
    package var domain: String
    /// What belongs to it.
    package var metadata: [String: String]

    /// An error's reason.
    package init(reason: String, domain: String, metadata: [String: String] = [:]) {
        self.reason = reason
        self.domain = domain
        self.metadata = metadata
    }

    package init(_ view: MessageView) {
        reason = view.string(1)
        domain = view.string(2)
        metadata = [:]
        for entry in view.messages(3) { metadata[entry.string(1)] = entry.string(2) }
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.set(1, reason)
        try builder.set(2, domain)
        let entries = metadata.sorted { $0.key < $1.key }
        try builder.messages(3, count: entries.count) { (index, entry) throws(MessageFault) in
            try entry.set(1, entries[index].key)
            try entry.set(2, entries[index].value)
        }
    }
}

/// google.rpc.RetryInfo: when to try again.
package struct RetryInfo: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .retryInfo }

    /// How long to wait, in whole seconds.
    package var delaySeconds: Int64

    /// A time to wait.
    package init(delaySeconds: Int64) {
        self.delaySeconds = delaySeconds
    }

    package init(_ view: MessageView) {
        delaySeconds = view.message(1)?.number(1, as: Int64.self) ?? 0
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.message(1).set(1, delaySeconds)
    }
}

/// google.rpc.BadRequest: which fields of the request are wrong.
package struct BadRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .badRequest }

    /// One wrong field.
    package struct Violation: Equatable, Sendable {
        /// The path to it: `kvs[3].key`.
        package var field: String
        /// What is wrong.
        package var description: String

        /// A wrong field.
        package init(field: String, description: String) {
            self.field = field
            self.description = description
        }
    }

    /// The wrong fields.
    package var violations: [Violation]

    /// A request's wrong fields.
    package init(_ violations: [Violation]) {
        self.violations = violations
    }

    package init(_ view: MessageView) {
        violations = view.messages(1).map {
            Violation(field: $0.string(1), description: $0.string(2))
        }
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.messages(1, count: violations.count) { (index, entry) throws(MessageFault) in
            try entry.set(1, violations[index].field)
            try entry.set(2, violations[index].description)
        }
    }
}
