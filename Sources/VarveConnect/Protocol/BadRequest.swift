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
