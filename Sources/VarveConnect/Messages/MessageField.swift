import CProtobufC

/// One field of a type of message.
struct MessageField {
    /// What a value of the field is.
    enum Kind {
        case int32
        case int64
        case uint32
        case uint64
        case double
        case float
        case bool
        case enumeration
        case string
        case bytes
        case message
    }

    private let descriptor: UnsafePointer<ProtobufCFieldDescriptor>

    init(_ descriptor: UnsafePointer<ProtobufCFieldDescriptor>) {
        self.descriptor = descriptor
    }

    /// The number on the wire.
    var number: UInt32 { descriptor.pointee.id }
    /// Where in the message's memory the value lies, or a repeated field's pointer to its values.
    var offset: Int { Int(descriptor.pointee.offset) }
    /// Where the number of values of a repeated field lies, or the number of the field that is set
    /// in a oneof.
    var quantifierOffset: Int { Int(descriptor.pointee.quantifier_offset) }
    /// Whether there may be several values.
    var isRepeated: Bool { descriptor.pointee.label == PROTOBUF_C_LABEL_REPEATED }
    /// Whether at most one of several fields, or this one alone, is set, and that is told apart
    /// from a default value.
    var isInOneof: Bool { Self.isInOneof(descriptor.pointee) }
    /// The same of a descriptor.
    static func isInOneof(_ descriptor: ProtobufCFieldDescriptor) -> Bool {
        descriptor.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0
    }

    /// The name in the .proto file, in ASCII.
    var name: UnsafePointer<CChar> { descriptor.pointee.name }

    /// What a value is.
    var kind: Kind {
        switch descriptor.pointee.type {
        // No message has the zigzag numbers, SINT32 and SINT64, which are laid out in another way.
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SFIXED32: .int32
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SFIXED64: .int64
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32: .uint32
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64: .uint64
        case PROTOBUF_C_TYPE_DOUBLE: .double
        case PROTOBUF_C_TYPE_FLOAT: .float
        case PROTOBUF_C_TYPE_BOOL: .bool
        case PROTOBUF_C_TYPE_ENUM: .enumeration
        case PROTOBUF_C_TYPE_BYTES: CountedText.isText(descriptor.pointee) ? .string : .bytes
        default: .message
        }
    }

    /// How a value is laid out on the wire when it stands alone.
    var wireType: WireReader.WireType {
        switch descriptor.pointee.type {
        case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .delimited
        case PROTOBUF_C_TYPE_DOUBLE, PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64: .fixed64
        case PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32: .fixed32
        default: .varint
        }
    }

    /// The bytes of memory that one value takes within its message or its list.
    var width: Int {
        switch kind {
        case .int32, .uint32, .float, .enumeration: 4
        case .bool: MemoryLayout<protobuf_c_boolean>.size
        case .int64, .uint64, .double: 8
        case .message: MemoryLayout<UnsafeRawPointer>.size
        case .string, .bytes: MemoryLayout<ProtobufCBinaryData>.size
        }
    }

    /// The type of the messages that are the values; nil for other values.
    var messageType: MessageType? {
        guard kind == .message, let type = descriptor.pointee.descriptor else { return nil }
        return MessageType(type.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    }

    /// The enumeration that the values are of; nil for other values.
    var enumeration: MessageEnumeration? {
        guard kind == .enumeration, let type = descriptor.pointee.descriptor else { return nil }
        return MessageEnumeration(type.assumingMemoryBound(to: ProtobufCEnumDescriptor.self))
    }

    /// Key and value of the field's entries when it is a map; nil otherwise. On the wire a map is a
    /// repeated message; only its name, made by the compiler, tells: `extra` has `ExtraEntry`.
    var mapEntry: (type: MessageType, key: MessageField, value: MessageField)? {
        guard isRepeated, let type = messageType, type.fieldCount == 2,
            isEntryName(type.descriptor.pointee.short_name)
        else { return nil }
        let (key, value) = (type.field(at: 0), type.field(at: 1))
        guard key.number == 1, value.number == 2 else { return nil }
        return (type, key, value)
    }

    private func isEntryName(_ found: UnsafePointer<CChar>) -> Bool {
        var expected = Self.camelCase(name, startsLarge: true)
        expected += Array("Entry".utf8)
        return expected.elementsEqual(UnsafeRawBufferPointer(cString: found))
    }

    /// The field's name in JSON: `batch_size` is `batchSize`.
    var jsonName: [UInt8] { Self.camelCase(name, startsLarge: false) }

    /// Whether `key` is the field's name in JSON or in the .proto file.
    func isNamed(_ key: UnsafeRawBufferPointer) -> Bool {
        let original = UnsafeRawBufferPointer(cString: name)
        if key.elementsEqual(original) { return true }
        var index = 0
        var startsWord = false
        for byte in original {
            if byte == UInt8(ascii: "_") {
                startsWord = true
                continue
            }
            let letter = startsWord ? Self.large(byte) : byte
            startsWord = false
            guard index < key.count, key[index] == letter else { return false }
            index += 1
        }
        return index == key.count
    }

    private static func camelCase(_ name: UnsafePointer<CChar>, startsLarge: Bool) -> [UInt8] {
        var result: [UInt8] = []
        var startsWord = startsLarge
        for byte in UnsafeRawBufferPointer(cString: name) {
            if byte == UInt8(ascii: "_") {
                startsWord = true
            } else {
                result.append(startsWord ? large(byte) : byte)
                startsWord = false
            }
        }
        return result
    }

    private static func large(_ letter: UInt8) -> UInt8 {
        (0x61...0x7a).contains(letter) ? letter - 0x20 : letter
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of a C string, without its end.
    init(cString: UnsafePointer<CChar>) {
        var count = 0
        while cString[count] != 0 { count &+= 1 }
        self.init(start: cString, count: count)
    }
}
