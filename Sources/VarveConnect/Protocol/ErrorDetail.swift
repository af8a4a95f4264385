import VarveBytes

/// A message that tells more about an error.
package struct ErrorDetail: Equatable, Sendable {
    /// The full name of the message's type, without a prefix.
    package var typeName: String
    /// The message, in binary.
    package var value: [UInt8]

    /// A detail from its parts.
    package init(typeName: String, value: [UInt8]) {
        self.typeName = typeName
        self.value = value
    }

    /// A detail with `message`.
    package init(_ message: some WritableMessage) throws(MessageFault) {
        typeName = type(of: message).messageType.name
        value = try MessageFormat.proto.encode(message)
    }

    /// The detail as a message of that type; nil when it is one of another.
    package func message<Value: ReadableMessage>(_ type: Value.Type) -> Value? {
        guard typeName == Value.messageType.name else { return nil }
        return value.withUnsafeBytes { try? MessageFormat.proto.decode(type, $0) }
    }

    /// What `Any` puts before a type's name.
    static let prefix = "type.googleapis.com/"

    /// Appends the detail twice, with the bare name and with the prefix: of the clients in the
    /// field, some compare the one and some the other.
    func append(to output: inout JSONOutput) {
        append(to: &output, name: typeName)
        output.append("," as Unicode.Scalar)
        append(to: &output, name: Self.prefix + typeName)
    }

    private func append(to output: inout JSONOutput, name: String) {
        output.append(#"{"type":"# as StaticString)
        output.appendString(name.utf8)
        output.append(#","value":""# as StaticString)
        var text = value.withUnsafeBytes { Base64.string($0) }
        while text.last == "=" { text.removeLast() }
        output.append(text)
        output.append(#""}"# as StaticString)
    }
}
