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
