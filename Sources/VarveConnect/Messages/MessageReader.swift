import CProtobufC
import VarveBytes

/// Reads messages in protobuf's binary encoding into the memory that protobuf-c would fill.
///
/// protobuf-c's own reader refuses what the standard takes and merges what it should not; which, is
/// in docs/decisions/protobuf-messages.md. Unknown fields, and known ones whose value has another
/// layout than theirs, are passed over. The values of bytes and text fields are not copied: a
/// message lives no longer than the bytes that it was read from.
struct MessageReader {
    /// How deep messages may be nested.
    static let depthMax = 64

    private let bytes: UnsafeRawBufferPointer
    private let memory: MessageMemory

    /// Reads a message of `type` into `memory`.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, _ type: MessageType, in memory: MessageMemory
    ) throws(MessageFault) -> MessageView {
        let message = try MessageBuilder(type, in: memory)
        try MessageReader(bytes: bytes, memory: memory)
            .read(0..<bytes.count, into: message, depth: 1)
        return message.view
    }

    /// Reads the fields in `range` into a message, which may have fields already.
    private func read(
        _ range: Range<Int>, into message: MessageBuilder, depth: Int
    ) throws(MessageFault) {
        guard depth <= Self.depthMax else { throw .tooDeep(limit: Self.depthMax) }
        var wire = WireReader(bytes, range)
        while !wire.isAtEnd {
            let tag = try wire.tag()
            guard let field = message.type.field(numbered: tag.number) else {
                try wire.skip(tag, depth: depth)
                continue
            }
            if field.wireType == tag.type {
                try readValue(&wire, field, of: message, depth: depth)
            } else if field.isRepeated, tag.type == .delimited {
                // A list of numbers may come as one field, whatever the .proto file says.
                var packed = WireReader(bytes, try wire.delimited())
                while !packed.isAtEnd {
                    try readValue(&packed, field, of: message, depth: depth)
                }
            } else {
                try wire.skip(tag, depth: depth)
            }
        }
    }

    /// Reads one value: the field's, or one more of a repeated field.
    private func readValue(
        _ wire: inout WireReader, _ field: MessageField, of message: MessageBuilder, depth: Int
    ) throws(MessageFault) {
        switch field.wireType {
        case .varint:
            let value = try wire.varint()
            let place = try place(of: field, in: message)
            switch field.kind {
            case .bool: place.storeBytes(of: value == 0 ? 0 : 1, as: protobuf_c_boolean.self)
            case .int64, .uint64: place.storeBytes(of: value, as: UInt64.self)
            default:
                place.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
            }
        case .fixed32:
            let value = try wire.fixed(UInt32.self)
            try place(of: field, in: message).storeBytes(of: value, as: UInt32.self)
        case .fixed64:
            let value = try wire.fixed(UInt64.self)
            try place(of: field, in: message).storeBytes(of: value, as: UInt64.self)
        default:
            let range = try wire.delimited()
            if let type = field.messageType {
                let part = try part(field, type, of: message)
                return try read(range, into: part, depth: depth + 1)
            }
            let value = UnsafeRawBufferPointer(rebasing: bytes[range])
            guard field.kind == .bytes || UTF8Validation.isValid(value) else {
                throw wire.fault(range.lowerBound, "the text is not UTF-8")
            }
            try MessageMemory.refer(to: value, at: place(of: field, in: message))
        }
    }

    /// The message that a value of `field` is read into: a further piece of a singular field's
    /// message adds to that.
    private func part(
        _ field: MessageField, _ type: MessageType, of message: MessageBuilder
    ) throws(MessageFault) -> MessageBuilder {
        if !field.isRepeated, let part = message.part(field, type) { return part }
        let part = try MessageBuilder(type, in: memory)
        try place(of: field, in: message)
            .storeBytes(of: part.base, as: UnsafeMutableRawPointer.self)
        return part
    }

    /// Where the next value of a field goes.
    private func place(
        of field: MessageField, in message: MessageBuilder
    ) throws(MessageFault) -> UnsafeMutableRawPointer {
        field.isRepeated ? try message.append(field) : message.place(field)
    }
}
