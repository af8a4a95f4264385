/// A Swift value that is read from a message.
package protocol ReadableMessage {
    /// The message's type.
    static var messageType: MessageType { get }
    /// The value that a message of that type holds.
    init(_ view: MessageView) throws(MessageFault)
}

/// A Swift value that is written as a message.
package protocol WritableMessage {
    /// The message's type.
    static var messageType: MessageType { get }
    /// Fills an empty message of that type.
    func write(to builder: MessageBuilder) throws(MessageFault)
}

/// A Swift value that goes both ways.
package typealias WireMessage = ReadableMessage & WritableMessage
