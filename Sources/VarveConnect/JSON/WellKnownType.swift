import CProtobufC

/// The types of google.protobuf that JSON writes in a form of their own.
enum WellKnownType {
    /// `Value`: any JSON.
    case value
    /// `Struct`: an object.
    case structure
    /// `ListValue`: an array.
    case list
    /// `Duration`: a string of seconds, `1.5s`.
    case duration

    /// What `type` is; nil for types that are written as any other.
    init?(_ type: MessageType) {
        let name = UnsafeRawBufferPointer(cString: type.descriptor.pointee.name)
        guard name.starts(with: "google.protobuf.".utf8) else { return nil }
        switch String(decoding: name.dropFirst(16), as: UTF8.self) {
        case "Value": self = .value
        case "Struct": self = .structure
        case "ListValue": self = .list
        case "Duration": self = .duration
        default: return nil
        }
    }

    /// The numbers of `Value`'s fields.
    enum ValueField {
        static let null: UInt32 = 1
        static let number: UInt32 = 2
        static let string: UInt32 = 3
        static let bool: UInt32 = 4
        static let structure: UInt32 = 5
        static let list: UInt32 = 6
    }

    /// The number of the field that holds all of a `Struct` or of a `ListValue`.
    static let contents: UInt32 = 1
}

extension JSONMessageReader {
    /// Reads a value of a well-known type into its empty message.
    func read(
        _ scanner: inout JSONScanner, _ type: WellKnownType, into message: MessageBuilder,
        depth: Int
    ) throws(MessageFault) {
        switch type {
        case .value:
            let number = try Self.valueField(&scanner)
            let field = message.type.known(number)
            try readValue(&scanner, field, at: message.place(field), depth: depth)
        case .structure, .list:
            let field = message.type.known(WellKnownType.contents)
            try readContents(&scanner, field, of: message, depth: depth)
        case .duration:
            let text = try scanner.text()
            let duration = try text.withBytes { (bytes) throws(MessageFault) in
                DurationText.parse(bytes)
            }
            guard let duration else { throw scanner.fault("expected a duration such as \"1.5s\"") }
            message.set(1, duration.seconds)
            message.set(2, duration.nanoseconds)
        }
    }

    /// Which field of `Value` the next value belongs in.
    private static func valueField(_ scanner: inout JSONScanner) throws(MessageFault) -> UInt32 {
        switch scanner.peek() {
        case UInt8(ascii: "{"): WellKnownType.ValueField.structure
        case UInt8(ascii: "["): WellKnownType.ValueField.list
        case UInt8(ascii: "\""): WellKnownType.ValueField.string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): WellKnownType.ValueField.bool
        case UInt8(ascii: "n"): WellKnownType.ValueField.null
        case nil: throw scanner.fault("expected a value")
        default: WellKnownType.ValueField.number
        }
    }
}
