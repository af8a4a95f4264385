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
