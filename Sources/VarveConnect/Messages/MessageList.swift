/// The messages of a repeated field that are added one by one.
package struct MessageList {
    private let owner: MessageBuilder
    private let field: MessageField
    private let type: MessageType
    private var elements: ElementList

    /// No messages yet, for a repeated message field of `owner`.
    package init(_ number: UInt32, of owner: MessageBuilder) {
        field = owner.type.known(number)
        guard let type = field.messageType else {
            preconditionFailure("messages are added to a field for messages")
        }
        self.owner = owner
        self.type = type
        elements = ElementList(width: field.width)
    }

    /// Adds an empty message and returns it, to be filled.
    package mutating func append() throws(MessageFault) -> MessageBuilder {
        let message = try MessageBuilder(type, in: owner.memory)
        try elements.next(in: owner.memory)
            .storeBytes(of: message.base, as: UnsafeMutableRawPointer.self)
        return message
    }

    /// Makes them the field's value.
    package func store() throws(MessageFault) {
        try elements.store(in: owner, field)
    }
}
