import CProtobufC

/// Messages in protobuf's JSON encoding, read by what their type says.
///
/// Names may be those of JSON or of the .proto file; unknown ones are passed over; a name that
/// comes twice, and two fields of one oneof, are refused. Null means absent.
struct JSONMessageReader {
    let memory: MessageMemory

    /// Reads a message of `type` into `memory`.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, _ type: MessageType, in memory: MessageMemory
    ) throws(MessageFault) -> MessageView {
        var scanner = JSONScanner(bytes)
        let message = try MessageBuilder(type, in: memory)
        try JSONMessageReader(memory: memory).read(&scanner, into: message, depth: 1)
        try scanner.expectEnd()
        return message.view
    }

    /// Reads a value into an empty message.
    func read(
        _ scanner: inout JSONScanner, into message: MessageBuilder, depth: Int
    ) throws(MessageFault) {
        guard depth <= MessageReader.depthMax else {
            throw .tooDeep(limit: MessageReader.depthMax)
        }
        if let wellKnown = WellKnownType(message.type) {
            return try read(&scanner, wellKnown, into: message, depth: depth)
        }
        var seen: UInt64 = 0
        try scanner.object { (scanner, key) throws(MessageFault) in
            let name = try key.withBytes { (key) throws(MessageFault) in
                Self.place(of: key, in: message.type)
            }
            guard let name else { return try scanner.skipValue() }
            guard seen & (1 << UInt64(name)) == 0 else {
                throw scanner.fault("a name comes twice")
            }
            seen |= 1 << UInt64(name)
            let field = message.type.field(at: name)
            try read(&scanner, field, of: message, depth: depth)
        }
    }

    /// The place of the field named `key`; nil when there is none. No type has more than 64 fields.
    private static func place(of key: UnsafeRawBufferPointer, in type: MessageType) -> Int? {
        (0..<min(type.fieldCount, 64)).first { type.field(at: $0).isNamed(key) }
    }

    /// Reads the value of a field.
    private func read(
        _ scanner: inout JSONScanner, _ field: MessageField, of message: MessageBuilder, depth: Int
    ) throws(MessageFault) {
        // Null is absence, but where null is a value.
        let takesNull =
            field.enumeration?.isNullValue ?? false
            || (!field.isRepeated && field.messageType.flatMap(WellKnownType.init) == .value)
        if !takesNull && scanner.takeWord("null") { return }
        if field.isRepeated {
            return try readContents(&scanner, field, of: message, depth: depth)
        }
        if field.isInOneof { try checkOneof(scanner, field, message) }
        try readValue(&scanner, field, at: message.place(field), depth: depth)
    }

    /// Reads all values of a repeated field: an array, or an object for a map.
    func readContents(
        _ scanner: inout JSONScanner, _ field: MessageField, of message: MessageBuilder, depth: Int
    ) throws(MessageFault) {
        if let entry = field.mapEntry {
            try readMap(&scanner, field, entry, of: message, depth: depth)
        } else {
            try readList(&scanner, field, of: message, depth: depth)
        }
    }

    /// No other field of the same oneof may be set.
    private func checkOneof(
        _ scanner: JSONScanner, _ field: MessageField, _ message: MessageBuilder
    ) throws(MessageFault) {
        let set = (message.base + field.quantifierOffset).load(as: UInt32.self)
        if set != 0 { throw scanner.fault("only one of several fields may be given") }
    }

    private func readList(
        _ scanner: inout JSONScanner, _ field: MessageField, of message: MessageBuilder, depth: Int
    ) throws(MessageFault) {
        var elements = ElementList(width: field.width)
        try scanner.array { (scanner) throws(MessageFault) in
            try readValue(&scanner, field, at: elements.next(in: memory), depth: depth)
        }
        try elements.store(in: message, field)
    }

    private func readMap(
        _ scanner: inout JSONScanner, _ field: MessageField,
        _ entry: (type: MessageType, key: MessageField, value: MessageField),
        of message: MessageBuilder, depth: Int
    ) throws(MessageFault) {
        var elements = ElementList(width: field.width)
        try scanner.object { (scanner, key) throws(MessageFault) in
            // The services' maps have text for keys.
            let element = try MessageBuilder(entry.type, in: memory)
            try key.withBytes { (bytes) throws(MessageFault) in
                try element.store(bytes, at: element.place(entry.key))
            }
            try readValue(
                &scanner, entry.value, at: element.place(entry.value), depth: depth + 1)
            try elements.next(in: memory)
                .storeBytes(of: element.base, as: UnsafeMutableRawPointer.self)
        }
        try elements.store(in: message, field)
    }

    /// Reads one value of a field's kind into its memory.
    func readValue(
        _ scanner: inout JSONScanner, _ field: MessageField, at place: UnsafeMutableRawPointer,
        depth: Int
    ) throws(MessageFault) {
        switch field.kind {
        case .int32:
            place.storeBytes(of: try JSONNumber.integer(&scanner, Int32.self), as: Int32.self)
        case .uint32:
            place.storeBytes(of: try JSONNumber.integer(&scanner, UInt32.self), as: UInt32.self)
        case .int64:
            place.storeBytes(of: try JSONNumber.integer(&scanner, Int64.self), as: Int64.self)
        case .uint64:
            place.storeBytes(of: try JSONNumber.integer(&scanner, UInt64.self), as: UInt64.self)
        case .double: place.storeBytes(of: try JSONNumber.double(&scanner), as: Double.self)
        case .float: place.storeBytes(of: Float(try JSONNumber.double(&scanner)), as: Float.self)
        case .bool:
            let value = try Self.bool(&scanner)
            place.storeBytes(of: value ? 1 : 0, as: protobuf_c_boolean.self)
        case .enumeration:
            place.storeBytes(of: try Self.enumeration(&scanner, field), as: Int32.self)
        case .string:
            let text = try scanner.text()
            try text.withBytes { (bytes) throws(MessageFault) in
                try memory.store(bytes, at: place)
            }
        case .bytes:
            let text = try scanner.text()
            try text.withBytes { (characters) throws(MessageFault) in
                try storeBase64(characters, at: place, scanner)
            }
        case .message:
            guard let type = field.messageType else { return }
            let message = try MessageBuilder(type, in: memory)
            try read(&scanner, into: message, depth: depth + 1)
            place.storeBytes(of: message.base, as: UnsafeMutableRawPointer.self)
        }
    }

    private func storeBase64(
        _ characters: UnsafeRawBufferPointer, at place: UnsafeMutableRawPointer,
        _ scanner: JSONScanner
    ) throws(MessageFault) {
        let room = characters.count / 4 * 3 + 3
        let memory = UnsafeMutableRawBufferPointer(start: try memory.take(room), count: room)
        guard let count = AnyBase64.decode(characters, into: memory) else {
            throw scanner.fault("bytes are not base64")
        }
        let data = ProtobufCBinaryData(
            len: count, data: memory.baseAddress?.assumingMemoryBound(to: UInt8.self))
        place.storeBytes(of: data, as: ProtobufCBinaryData.self)
    }

    private static func bool(_ scanner: inout JSONScanner) throws(MessageFault) -> Bool {
        if scanner.takeWord("true") { return true }
        if scanner.takeWord("false") { return false }
        throw scanner.fault("expected true or false")
    }

    private static func enumeration(
        _ scanner: inout JSONScanner, _ field: MessageField
    ) throws(MessageFault) -> Int32 {
        guard let enumeration = field.enumeration else { throw scanner.fault("expected a value") }
        if enumeration.isNullValue && scanner.takeWord("null") { return 0 }
        guard scanner.peek() == UInt8(ascii: "\"") else {
            return try JSONNumber.integer(&scanner, Int32.self)
        }
        let name = try scanner.text()
        let value = try name.withBytes { (name) throws(MessageFault) in
            enumeration.value(named: name)
        }
        guard let value else { throw scanner.fault("the enumeration has no such value") }
        return value
    }
}
