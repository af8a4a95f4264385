import CProtobufC
import Synchronization

/// Makes descriptors of messages whose text is counted of those that protoc-c generates, whose text
/// ends at its first NUL: protobuf allows one anywhere in it.
///
/// In a copy text is bytes with a mark. That takes more room, which lies behind the generated
/// struct, so that such a message is read and filled only by its descriptor, as protobuf-c itself
/// does. Copies are made once for the whole program.
struct CountedText {
    private typealias Descriptor = ProtobufCMessageDescriptor
    private typealias Field = ProtobufCFieldDescriptor

    /// What tells text from bytes in a field that protobuf-c does not use yet.
    private static let mark: UInt32 = 1
    private static let shared = Mutex(CountedText())

    /// The address of each copy by that of what it was made of.
    private var copies: [UInt: UInt] = [:]

    /// The counted form of a generated descriptor.
    ///
    /// Thread rule: any thread.
    static func descriptor(
        of generated: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> UnsafePointer<ProtobufCMessageDescriptor> {
        let address = UInt(bitPattern: generated)
        let copy = shared.withLock { $0.copy(of: address) }
        guard let found = UnsafePointer<Descriptor>(bitPattern: copy) else {
            preconditionFailure("a descriptor has an address")
        }
        return found
    }

    /// Whether the values of a field of a copy are text.
    static func isText(_ field: ProtobufCFieldDescriptor) -> Bool { field.reserved_flags == mark }

    private mutating func copy(of address: UInt) -> UInt {
        if let known = copies[address] { return known }
        guard let generated = UnsafePointer<Descriptor>(bitPattern: address) else { return address }
        let copy = UnsafeMutablePointer<Descriptor>.allocate(capacity: 1)
        copy.initialize(to: generated.pointee)
        // Before its fields are looked at: a message may be a part of itself.
        copies[address] = UInt(bitPattern: copy)
        let fields = UnsafeMutableBufferPointer<Field>.allocate(
            capacity: Int(generated.pointee.n_fields))
        _ = fields.initialize(
            from: UnsafeBufferPointer(start: generated.pointee.fields, count: fields.count))
        for index in fields.indices where fields[index].type == PROTOBUF_C_TYPE_MESSAGE {
            let part = self.copy(of: UInt(bitPattern: fields[index].descriptor))
            fields[index].descriptor = UnsafeRawPointer(bitPattern: part)
        }
        copy.pointee.sizeof_message = Self.count(fields, from: copy.pointee.sizeof_message)
        copy.pointee.fields = UnsafePointer(fields.baseAddress)
        // The generated one fills the struct as it was.
        copy.pointee.message_init = nil
        return UInt(bitPattern: copy)
    }

    /// Makes text counted; what a message takes then, which took `byteCount`.
    private static func count(
        _ fields: UnsafeMutableBufferPointer<Field>, from byteCount: Int
    ) -> Int {
        let alignment = MemoryLayout<ProtobufCBinaryData>.alignment
        var end = (byteCount + alignment - 1) / alignment * alignment
        func room() -> UInt32 {
            defer { end += MemoryLayout<ProtobufCBinaryData>.size }
            return UInt32(end)
        }
        /// Where the value of a oneof lies now, by the place of its number.
        var oneofs: [UInt32: UInt32] = [:]
        for index in fields.indices where fields[index].type == PROTOBUF_C_TYPE_STRING {
            fields[index].type = PROTOBUF_C_TYPE_BYTES
            fields[index].default_value = nil
            fields[index].reserved_flags = mark
            if fields[index].label == PROTOBUF_C_LABEL_REPEATED { continue }
            let place =
                MessageField.isInOneof(fields[index]) ? fields[index].quantifier_offset : nil
            if let place, oneofs[place] == nil { oneofs[place] = room() }
            if place == nil { fields[index].offset = room() }
        }
        // The values of a oneof share their place, whatever they are.
        for index in fields.indices where MessageField.isInOneof(fields[index]) {
            if let place = oneofs[fields[index].quantifier_offset] { fields[index].offset = place }
        }
        return end
    }
}
