import CProtobufC

/// A message in memory that is being filled. Fields are named by their numbers; what is given is
/// copied.
package struct MessageBuilder {
    let base: UnsafeMutableRawPointer
    let type: MessageType
    let memory: MessageMemory

    /// An empty message in `memory`.
    init(_ type: MessageType, in memory: MessageMemory) throws(MessageFault) {
        self.type = type
        self.memory = memory
        let byteCount = type.descriptor.pointee.sizeof_message
        base = try memory.take(byteCount)
        // Every default of these messages is zero, and a message begins with its type.
        base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        base.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor = type.descriptor
    }

    /// A message that is there already, of `type` and in `memory`.
    private init(_ base: UnsafeMutableRawPointer, _ type: MessageType, in memory: MessageMemory) {
        self.base = base
        self.type = type
        self.memory = memory
    }

    /// What has been filled so far.
    var view: MessageView { MessageView(base, type) }

    /// Sets a bytes field.
    package func set(_ number: UInt32, _ bytes: [UInt8]) throws(MessageFault) {
        try store(bytes, at: place(type.known(number)))
    }

    /// Sets a bytes field.
    package func set(_ number: UInt32, _ bytes: UnsafeRawBufferPointer) throws(MessageFault) {
        try store(bytes, at: place(type.known(number)))
    }

    /// Sets a text field.
    package func set(_ number: UInt32, _ text: String) throws(MessageFault) {
        try store(Array(text.utf8), at: place(type.known(number)))
    }

    /// Sets a field of numbers as wide as `Value`.
    package func set<Value: Numeric & BitwiseCopyable>(_ number: UInt32, _ value: Value) {
        let field = type.known(number)
        precondition(MemoryLayout<Value>.size == field.width, "a field is set in its own width")
        place(field).storeBytes(of: value, as: Value.self)
    }

    /// Sets a truth value.
    package func set(_ number: UInt32, _ value: Bool) {
        let field = type.known(number)
        precondition(field.kind == .bool, "a truth value is set in a field for those")
        place(field).storeBytes(of: value ? 1 : 0, as: protobuf_c_boolean.self)
    }

    /// Sets a message field to an empty message and returns that, to be filled.
    package func message(_ number: UInt32) throws(MessageFault) -> MessageBuilder {
        let field = type.known(number)
        guard let type = field.messageType else {
            preconditionFailure("a message is set in a field for messages")
        }
        let message = try MessageBuilder(type, in: memory)
        place(field).storeBytes(of: message.base, as: UnsafeMutableRawPointer.self)
        return message
    }

    /// Sets a repeated message field to `count` messages that `fill` fills.
    package func messages(
        _ number: UInt32, count: Int,
        _ fill: (Int, MessageBuilder) throws(MessageFault) -> Void
    ) throws(MessageFault) {
        let field = type.known(number)
        guard count > 0, let type = field.messageType else { return }
        let list = try list(field, count)
        for index in 0..<count {
            let message = try MessageBuilder(type, in: memory)
            (list + index * field.width)
                .storeBytes(of: message.base, as: UnsafeMutableRawPointer.self)
            try fill(index, message)
        }
    }

    /// Sets a repeated bytes field.
    package func setAll(_ number: UInt32, _ values: [[UInt8]]) throws(MessageFault) {
        let field = type.known(number)
        guard !values.isEmpty else { return }
        let list = try list(field, values.count)
        for (index, value) in values.enumerated() {
            try store(value, at: list + index * field.width)
        }
    }

    /// Sets a repeated text field.
    package func setAll(_ number: UInt32, _ values: [String]) throws(MessageFault) {
        try setAll(number, values.map { Array($0.utf8) })
    }

    /// Sets a repeated field of numbers as wide as `Value`.
    package func setAll<Value: Numeric & BitwiseCopyable>(
        _ number: UInt32, _ values: [Value]
    ) throws(MessageFault) {
        let field = type.known(number)
        precondition(MemoryLayout<Value>.size == field.width, "a field is set in its own width")
        guard !values.isEmpty else { return }
        let list = try list(field, values.count)
        for (index, value) in values.enumerated() {
            (list + index * field.width).storeBytes(of: value, as: Value.self)
        }
    }

    /// Sets a repeated field of truth values.
    package func setAll(_ number: UInt32, _ values: [Bool]) throws(MessageFault) {
        try setAll(number, values.map { protobuf_c_boolean($0 ? 1 : 0) })
    }
}

// What the readers of both encodings need as well: the same by field and by address.
extension MessageBuilder {
    /// The room that the first value of a repeated field makes.
    private static let firstCapacity = 4

    /// Where a singular field's value goes; the field counts as set.
    func place(_ field: MessageField) -> UnsafeMutableRawPointer {
        if field.isInOneof {
            (base + field.quantifierOffset).storeBytes(of: field.number, as: UInt32.self)
        }
        return base + field.offset
    }

    /// The message that a singular field is set to; nil when it is absent.
    func part(_ field: MessageField, _ type: MessageType) -> MessageBuilder? {
        guard view.isSet(field) else { return nil }
        return (base + field.offset).load(as: UnsafeMutableRawPointer?.self)
            .map { MessageBuilder($0, type, in: memory) }
    }

    /// Where one more value of a repeated field goes, which counts as there; not cleared, and valid
    /// until the next.
    func append(_ field: MessageField) throws(MessageFault) -> UnsafeMutableRawPointer {
        let count = view.count(field)
        var list = (base + field.offset).load(as: UnsafeMutableRawPointer?.self)
        // The room of a list doubles, so that its count tells when it is full.
        if count == 0 || (count >= Self.firstCapacity && count & (count - 1) == 0) {
            let grown = try memory.take(max(Self.firstCapacity, count * 2) * field.width)
            if let list { grown.copyMemory(from: list, byteCount: count * field.width) }
            (base + field.offset).storeBytes(of: grown, as: UnsafeMutableRawPointer.self)
            list = grown
        }
        guard let list else { preconditionFailure("a list that is not empty has memory") }
        (base + field.quantifierOffset).storeBytes(of: UInt(count + 1), as: UInt.self)
        return list + count * field.width
    }

    /// Memory for `count` values of a repeated field, which counts as set to them.
    func list(
        _ field: MessageField, _ count: Int
    ) throws(MessageFault) -> UnsafeMutableRawPointer {
        let list = try memory.take(count * field.width)
        (base + field.offset).storeBytes(of: list, as: UnsafeMutableRawPointer.self)
        (base + field.quantifierOffset).storeBytes(of: UInt(count), as: UInt.self)
        return list
    }

    /// Copies bytes and stores their place and length at `place`.
    func store(_ bytes: [UInt8], at place: UnsafeMutableRawPointer) throws(MessageFault) {
        try bytes.span.withUnsafeBytes { (bytes) throws(MessageFault) in
            try store(bytes, at: place)
        }
    }

    /// Copies bytes and stores their place and length at `place`.
    func store(
        _ bytes: UnsafeRawBufferPointer, at place: UnsafeMutableRawPointer
    ) throws(MessageFault) {
        try memory.store(bytes, at: place)
    }
}
