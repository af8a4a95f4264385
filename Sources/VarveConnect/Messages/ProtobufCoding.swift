import CProtobufC

/// Messages in protobuf's binary encoding.
enum ProtobufCoding {
    /// Reads a message of `type` into `memory`.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, _ type: MessageType, in memory: MessageMemory
    ) throws(MessageFault) -> MessageView {
        // protobuf-c recurses as deep as the bytes say and takes any text for UTF-8.
        try MessageShape.check(bytes, type)
        let message = memory.withAllocator { allocator in
            protobuf_c_message_unpack(
                type.descriptor, allocator, bytes.count,
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? noBytes)
        }
        guard let message else {
            if memory.isExhausted { _ = try memory.take(.max) }
            throw .malformed("the bytes are no message of type \(type.name)")
        }
        return MessageView(UnsafeRawPointer(message), type)
    }

    /// The bytes of a message, behind `room` bytes that are zero.
    static func encode(_ view: MessageView, room: Int = 0) -> [UInt8] {
        let message = view.base.assumingMemoryBound(to: ProtobufCMessage.self)
        let count = protobuf_c_message_get_packed_size(message)
        return [UInt8](unsafeUninitializedCapacity: room + count) { buffer, written in
            buffer.prefix(room).update(repeating: 0)
            if let base = buffer.baseAddress {
                written = room + protobuf_c_message_pack(message, base + room)
            }
        }
    }

    // A pointer that is not nil for no bytes; nothing is read there.
    private static var noBytes: UnsafePointer<UInt8> {
        UnsafePointer(("" as StaticString).utf8Start)
    }
}
