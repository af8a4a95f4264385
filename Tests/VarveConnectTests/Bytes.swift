import VarveConnect

/// Short ways to bytes in these tests.
extension Array<UInt8> {
    /// The bytes of hexadecimal digits, spaces between them allowed.
    init(hex: String) {
        let digits = hex.filter { $0 != " " }
        self = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
    }

    /// The UTF-8 of a text.
    init(_ text: String) { self = Array(text.utf8) }

    /// The bytes as text.
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension MessageFormat {
    /// Reads a message.
    func decode<Value: ReadableMessage>(
        _ type: Value.Type, _ bytes: [UInt8]
    ) throws(MessageFault) -> Value {
        try bytes.span.withUnsafeBytes { (bytes) throws(MessageFault) in
            try decode(type, bytes)
        }
    }

    /// Reads a message of text.
    func decode<Value: ReadableMessage>(
        _ type: Value.Type, _ text: String
    ) throws(MessageFault) -> Value {
        try decode(type, Array(text.utf8))
    }

    /// Reads a message of one encoding and writes it in another.
    static func convert(
        _ bytes: [UInt8], _ type: MessageType, from source: MessageFormat, to target: MessageFormat
    ) throws(MessageFault) -> [UInt8] {
        try bytes.span.withUnsafeBytes { (bytes) throws(MessageFault) in
            try convert(bytes, type, from: source, to: target)
        }
    }

    /// JSON through the binary encoding and back.
    static func through(_ json: String, _ type: MessageType) throws(MessageFault) -> String {
        let binary = try convert(Array(json.utf8), type, from: .json, to: .proto)
        return try convert(binary, type, from: .proto, to: .json).text
    }
}
