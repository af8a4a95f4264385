import CProtobufC

/// A message in memory, to be read field by field. Fields are named by their numbers.
///
/// Valid, like everything that it returns as bytes, only within the call that it was handed to.
package struct MessageView {
    let base: UnsafeRawPointer
    let type: MessageType

    init(_ base: UnsafeRawPointer, _ type: MessageType) {
        self.base = base
        self.type = type
    }

    /// Whether a field is there: set, for one that can be told from its default; else not the
    /// default; for a repeated field, not empty.
    package func has(_ number: UInt32) -> Bool { isPresent(type.known(number)) }

    /// A bytes field; empty when it is absent.
    package func bytes(_ number: UInt32) -> UnsafeRawBufferPointer {
        let field = type.known(number)
        return isSet(field) ? Self.bytes(at: base + field.offset) : Self.noBytes
    }

    /// A text field; empty when it is absent.
    package func string(_ number: UInt32) -> String {
        let field = type.known(number)
        return isSet(field) ? Self.string(Self.bytes(at: base + field.offset)) : ""
    }

    /// An integer, a floating-point number or the number of an enumeration's value; nil when it is
    /// absent. `Value` is as wide as the field.
    package func number<Value: Numeric & BitwiseCopyable>(
        _ number: UInt32, as type: Value.Type
    ) -> Value? {
        let field = self.type.known(number)
        precondition(MemoryLayout<Value>.size == field.width, "a field is read in its own width")
        guard isPresent(field) else { return nil }
        return (base + field.offset).loadUnaligned(as: Value.self)
    }

    /// A truth value; false when it is absent.
    package func bool(_ number: UInt32) -> Bool {
        let field = type.known(number)
        return isSet(field) && (base + field.offset).load(as: protobuf_c_boolean.self) != 0
    }

    /// A message field; nil when it is absent.
    package func message(_ number: UInt32) -> MessageView? {
        let field = type.known(number)
        guard isSet(field), let type = field.messageType else { return nil }
        return message(at: base + field.offset, type)
    }

    /// How many values a repeated field has.
    package func count(_ number: UInt32) -> Int { count(type.known(number)) }

    /// The messages of a repeated field.
    package func messages(_ number: UInt32) -> [MessageView] {
        let field = type.known(number)
        guard let type = field.messageType else { return [] }
        return (0..<count(field)).compactMap { message(at: element(field, $0), type) }
    }

    /// Calls `body` with every message of a repeated field.
    package func forEachMessage(_ number: UInt32, _ body: (MessageView) -> Void) {
        let field = type.known(number)
        guard let type = field.messageType else { return }
        for index in 0..<count(field) {
            if let message = message(at: element(field, index), type) { body(message) }
        }
    }

    /// The values of a repeated bytes field.
    package func byteLists(_ number: UInt32) -> [[UInt8]] {
        let field = type.known(number)
        return (0..<count(field)).map { [UInt8](Self.bytes(at: element(field, $0))) }
    }

    /// Calls `body` with every value of a repeated bytes field.
    package func forEachBytes(_ number: UInt32, _ body: (UnsafeRawBufferPointer) -> Void) {
        let field = type.known(number)
        for index in 0..<count(field) { body(Self.bytes(at: element(field, index))) }
    }

    /// The values of a repeated text field.
    package func strings(_ number: UInt32) -> [String] {
        let field = type.known(number)
        return (0..<count(field)).map { Self.string(Self.bytes(at: element(field, $0))) }
    }

    /// The values of a repeated field of numbers as wide as `Value`.
    package func numbers<Value: Numeric & BitwiseCopyable>(
        _ number: UInt32, as type: Value.Type
    ) -> [Value] {
        let field = self.type.known(number)
        precondition(MemoryLayout<Value>.size == field.width, "a field is read in its own width")
        return (0..<count(field)).map { element(field, $0).loadUnaligned(as: Value.self) }
    }

    /// The values of a repeated field of truth values.
    package func bools(_ number: UInt32) -> [Bool] {
        let field = type.known(number)
        return (0..<count(field)).map {
            element(field, $0).load(as: protobuf_c_boolean.self) != 0
        }
    }

    private static var noBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

// What both encodings need: the same by field and by address.
extension MessageView {
    /// Whether a singular field's memory holds its value.
    func isSet(_ field: MessageField) -> Bool {
        guard field.isInOneof else { return true }
        return (base + field.quantifierOffset).load(as: UInt32.self) == field.number
    }

    /// Whether a field is there, as `has` says.
    func isPresent(_ field: MessageField) -> Bool {
        if field.isRepeated { return count(field) > 0 }
        if field.isInOneof { return isSet(field) }
        let place = base + field.offset
        switch field.kind {
        case .int32, .uint32, .enumeration, .bool, .float: return place.load(as: UInt32.self) != 0
        case .int64, .uint64, .double: return place.load(as: UInt64.self) != 0
        case .string, .bytes: return place.load(as: ProtobufCBinaryData.self).len > 0
        case .message: return place.load(as: UnsafeRawPointer?.self) != nil
        }
    }

    /// How many values a repeated field has.
    func count(_ field: MessageField) -> Int {
        Int(clamping: (base + field.quantifierOffset).load(as: UInt.self))
    }

    /// Where a value of a repeated field lies.
    func element(_ field: MessageField, _ index: Int) -> UnsafeRawPointer {
        precondition(index >= 0 && index < count(field), "an element lies within its list")
        guard let list = (base + field.offset).load(as: UnsafeRawPointer?.self) else {
            preconditionFailure("a list that is not empty has memory")
        }
        return list + index * field.width
    }

    /// The bytes, or the text, whose place and length lie at `place`.
    static func bytes(at place: UnsafeRawPointer) -> UnsafeRawBufferPointer {
        let data = place.load(as: ProtobufCBinaryData.self)
        return UnsafeRawBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len)
    }

    /// The message whose place lies at `place`.
    func message(at place: UnsafeRawPointer, _ type: MessageType) -> MessageView? {
        place.load(as: UnsafeRawPointer?.self).map { MessageView($0, type) }
    }

    private static func string(_ text: UnsafeRawBufferPointer) -> String {
        String(decoding: text, as: UTF8.self)
    }
}
