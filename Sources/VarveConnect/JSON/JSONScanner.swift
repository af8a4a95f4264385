import VarveBytes

/// Takes JSON apart from front to back: strict (RFC 8259), without building anything.
struct JSONScanner {
    /// A string as it stands in the text, between its quotes.
    struct Text {
        /// The bytes between the quotes; UTF-8.
        let raw: UnsafeRawBufferPointer
        /// Whether there are escapes in it.
        let hasEscapes: Bool
    }

    /// How deep values may be nested.
    static let depthMax = 64

    private let bytes: UnsafeRawBufferPointer
    /// The byte that comes next.
    private(set) var index = 0

    /// A scanner at the start of `bytes`.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The fault `detail` at the next byte.
    func fault(_ detail: String) -> MessageFault { .malformed("byte \(index): \(detail)") }

    /// The first byte of the next value or sign, not taken; nil at the end.
    mutating func peek() -> UInt8? {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0a, 0x0d: index += 1
            default: return bytes[index]
            }
        }
        return nil
    }

    /// Takes a sign if it comes next; false if it does not.
    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: sign) else { return false }
        index += 1
        return true
    }

    /// Takes a sign that must come next.
    mutating func expect(_ sign: Unicode.Scalar) throws(MessageFault) {
        guard take(sign) else { throw fault("expected \(sign)") }
    }

    /// Takes a word if it comes next.
    mutating func takeWord(_ word: StaticString) -> Bool {
        let expected = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard peek() != nil, bytes.count - index >= expected.count,
            UnsafeRawBufferPointer(rebasing: bytes[index..<(index + expected.count)])
                .elementsEqual(expected)
        else { return false }
        index += expected.count
        return true
    }

    /// The text is over.
    mutating func expectEnd() throws(MessageFault) {
        if peek() != nil { throw fault("expected the end") }
    }

    /// Calls `member` for every member of an object, with the value next; it takes the value.
    mutating func object(
        _ member: (inout JSONScanner, Text) throws(MessageFault) -> Void
    ) throws(MessageFault) {
        try expect("{")
        if take("}") { return }
        repeat {
            let key = try text()
            try expect(":")
            try member(&self, key)
        } while take(",")
        try expect("}")
    }

    /// Calls `element` for every element of an array, with the value next; it takes the value.
    mutating func array(
        _ element: (inout JSONScanner) throws(MessageFault) -> Void
    ) throws(MessageFault) {
        try expect("[")
        if take("]") { return }
        repeat { try element(&self) } while take(",")
        try expect("]")
    }

    /// Takes a string.
    mutating func text() throws(MessageFault) -> Text {
        try expect("\"")
        let start = index
        var hasEscapes = false
        while index < bytes.count {
            switch bytes[index] {
            case 0x22:
                let raw = UnsafeRawBufferPointer(rebasing: bytes[start..<index])
                guard UTF8Validation.isValid(raw) else { throw fault("a string is not UTF-8") }
                index += 1
                return Text(raw: raw, hasEscapes: hasEscapes)
            case 0x5c:
                hasEscapes = true
                index += 2
            case 0..<0x20: throw fault("a string has a control byte")
            default: index += 1
            }
        }
        index = bytes.count
        throw fault("a string does not end")
    }

    /// Takes a number and returns its characters.
    mutating func number() throws(MessageFault) -> UnsafeRawBufferPointer {
        guard peek() != nil else { throw fault("expected a number") }
        let start = index
        if at("-") { index += 1 }
        if at("0") { index += 1 } else { try digits() }
        if at(".") {
            index += 1
            try digits()
        }
        if at("e") || at("E") {
            index += 1
            if at("+") || at("-") { index += 1 }
            try digits()
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<index])
    }

    /// Takes a value of any kind, nested at most `depth` deep, and forgets it.
    mutating func skipValue(depth: Int = depthMax) throws(MessageFault) {
        guard depth > 0 else { throw .tooDeep(limit: Self.depthMax) }
        switch peek() {
        case UInt8(ascii: "{"):
            try object { (scanner, _) throws(MessageFault) in
                try scanner.skipValue(depth: depth - 1)
            }
        case UInt8(ascii: "["):
            try array { (scanner) throws(MessageFault) in
                try scanner.skipValue(depth: depth - 1)
            }
        case UInt8(ascii: "\""): _ = try text()
        default:
            if takeWord("true") || takeWord("false") || takeWord("null") { return }
            _ = try number()
        }
    }

    private func at(_ sign: Unicode.Scalar) -> Bool {
        index < bytes.count && bytes[index] == UInt8(ascii: sign)
    }

    private mutating func digits() throws(MessageFault) {
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        if index == start { throw fault("expected a value") }
    }
}
