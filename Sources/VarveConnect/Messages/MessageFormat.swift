/// How messages are encoded on the wire.
package enum MessageFormat: String, Sendable, CaseIterable {
    /// The binary encoding of protobuf.
    case proto
    /// The JSON that protobuf defines.
    case json

    /// Reads a message and gives it to `body`, outside of which it is gone.
    ///
    /// - Parameter memoryBytesMax: what the message may take in memory; nil for an amount that
    ///   depends on the number of bytes, so that honest messages fit.
    /// - Throws: `malformed` also for JSON of another type.
    package func read<Result: ~Copyable>(
        _ type: MessageType, _ bytes: UnsafeRawBufferPointer, memoryBytesMax: Int? = nil,
        _ body: (MessageView) throws(MessageFault) -> Result
    ) throws(MessageFault) -> Result {
        let memory = MessageMemory(limitBytes: memoryBytesMax ?? Self.memoryBytes(bytes.count))
        let view =
            switch self {
            case .proto: try MessageReader.decode(bytes, type, in: memory)
            case .json: try JSONMessageReader.decode(bytes, type, in: memory)
            }
        defer { withExtendedLifetime(memory) {} }
        return try body(view)
    }

    /// Reads a message into a Swift value.
    package func decode<Value: ReadableMessage>(
        _ type: Value.Type, _ bytes: UnsafeRawBufferPointer, memoryBytesMax: Int? = nil
    ) throws(MessageFault) -> Value {
        try read(Value.messageType, bytes, memoryBytesMax: memoryBytesMax) {
            (view) throws(MessageFault) in try Value(view)
        }
    }

    /// Writes a message that `body` fills, behind `room` bytes that are zero.
    package func write(
        _ type: MessageType, room: Int = 0, _ body: (MessageBuilder) throws(MessageFault) -> Void
    ) throws(MessageFault) -> [UInt8] {
        let memory = MessageMemory(limitBytes: .max)
        let builder = try MessageBuilder(type, in: memory)
        try body(builder)
        defer { withExtendedLifetime(memory) {} }
        return encode(builder.view, room: room)
    }

    /// Writes a Swift value as a message, behind `room` bytes that are zero.
    package func encode(
        _ value: some WritableMessage, room: Int = 0
    ) throws(MessageFault) -> [UInt8] {
        try write(Swift.type(of: value).messageType, room: room) {
            (builder) throws(MessageFault) in try value.write(to: builder)
        }
    }

    /// Reads a message of one encoding and writes it in another: for tools and tests.
    package static func convert(
        _ bytes: UnsafeRawBufferPointer, _ type: MessageType, from source: MessageFormat,
        to target: MessageFormat
    ) throws(MessageFault) -> [UInt8] {
        try source.read(type, bytes) { (view) throws(MessageFault) in
            target.encode(view, room: 0)
        }
    }

    private func encode(_ view: MessageView, room: Int) -> [UInt8] {
        switch self {
        case .proto: ProtobufCoding.encode(view, room: room)
        case .json: JSONMessageWriter.encode(view, room: room)
        }
    }

    /// What a message of `count` bytes may take in memory. The fields of small entries take many
    /// times what they take on the wire; a flood of empty ones must not, and as many entries as a
    /// batch may have fit in any case.
    private static func memoryBytes(_ count: Int) -> Int {
        min(
            (32 << 20) + count.multipliedReportingOverflow(by: 8).partialValue,
            (128 << 20) + count)
    }
}
