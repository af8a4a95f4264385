import CProtobufC

/// Writes messages in protobuf's binary encoding.
enum ProtobufCoding {
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
}
