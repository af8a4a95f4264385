import VarveBytes

/// Looks through the bytes of a message before protobuf-c does: nesting has a limit, text is UTF-8,
/// and every length lies within the bytes. Unknown fields are passed over.
struct MessageShape {
    /// How deep messages may be nested.
    static let depthMax = 64

    private let bytes: UnsafeRawBufferPointer
    private var index: Int
    private let end: Int

    /// Checks that `bytes` have the shape of a message of `type`.
    static func check(
        _ bytes: UnsafeRawBufferPointer, _ type: MessageType
    ) throws(MessageFault) {
        var shape = MessageShape(bytes, 0..<bytes.count)
        try shape.check(type, depth: 1)
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    private mutating func check(_ type: MessageType, depth: Int) throws(MessageFault) {
        guard depth <= Self.depthMax else { throw .tooDeep(limit: Self.depthMax) }
        while index < end {
            let start = index
            let tag = try varint()
            guard tag >> 3 != 0, tag >> 3 < 1 << 29 else {
                throw .malformed("byte \(start): \(tag >> 3) is no number of a field")
            }
            switch tag & 7 {
            case 0: _ = try varint()
            case 1: try skip(8)
            case 5: try skip(4)
            case 2:
                let length = try varint()
                guard length <= UInt64(end - index) else {
                    throw .malformed("byte \(start): the field is longer than its message")
                }
                let range = index..<(index + Int(length))
                index = range.upperBound
                if let field = type.field(numbered: UInt32(tag >> 3)) {
                    try check(field, range, depth: depth)
                }
            default:
                throw .malformed("byte \(start): wire type \(tag & 7) is not supported")
            }
        }
    }

    /// Checks the contents of a length-delimited field.
    private func check(
        _ field: MessageField, _ range: Range<Int>, depth: Int
    ) throws(MessageFault) {
        switch field.kind {
        case .message:
            guard let type = field.messageType else { return }
            var shape = MessageShape(bytes, range)
            try shape.check(type, depth: depth + 1)
        case .string:
            let text = UnsafeRawBufferPointer(rebasing: bytes[range])
            guard UTF8Validation.isValid(text) else {
                throw .malformed("byte \(range.lowerBound): the text is not UTF-8")
            }
        default: return
        }
    }

    private mutating func skip(_ count: Int) throws(MessageFault) {
        guard count <= end - index else {
            throw .malformed("byte \(index): the message ends within a field")
        }
        index += count
    }

    private mutating func varint() throws(MessageFault) -> UInt64 {
        let start = index
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard index < end else {
                throw .malformed("byte \(start): the message ends within a number")
            }
            let byte = bytes[index]
            index += 1
            value |= shift < 64 ? UInt64(byte & 0x7f) << shift : 0
            if byte < 0x80 { return value }
        }
        throw .malformed("byte \(start): a number has more than ten bytes")
    }
}
