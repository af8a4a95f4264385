/// A message whose only field is the number of a batch, field 1.
package protocol SequenceMessage: WireMessage, Equatable, Sendable {
    /// The sequence number.
    var sequence: UInt64 { get }
    /// A message with that number.
    init(sequence: UInt64)
}

extension SequenceMessage {
    package init(_ view: MessageView) {
        self.init(sequence: view.number(1, as: UInt64.self) ?? 0)
    }

    package func write(to builder: MessageBuilder) {
        builder.set(1, sequence)
    }
}
