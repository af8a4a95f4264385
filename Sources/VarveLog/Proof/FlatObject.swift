/// Parses a JSON object of strings (RFC 8259): what a signed head is, and of whole numbers, where
/// they are accepted. Anything else is refused.
package struct FlatObject {
    private let text: [UInt8]
    private let acceptsNumbers: Bool
    private var position = 0

    /// The members of the object that `text` is, with white space around it or not.
    ///
    /// - Parameter numbers: whether a value may be a number without sign, point and exponent; its
    ///   digits are the value then.
    package static func parse(
        _ text: [UInt8], numbers: Bool = false
    ) throws(ProofError) -> [String: String] {
        var parser = FlatObject(text: text, acceptsNumbers: numbers)
        let members = try parser.object()
        parser.skipSpace()
        guard parser.position == text.count else { throw parser.failure("nothing more") }
        return members
    }

    private mutating func object() throws(ProofError) -> [String: String] {
        var members: [String: String] = [:]
        try expect("{")
        if take("}") { return members }
        repeat {
            let name = try string()
            try expect(":")
            let value = if let digits = number() { digits } else { try string() }
            guard members.updateValue(value, forKey: name) == nil else {
                throw .malformed(detail: "member \(JSONLine.quoted(name)) twice")
            }
        } while take(",")
        try expect("}")
        return members
    }

    /// A number's digits; nil where there is none, or none is accepted.
    private mutating func number() -> String? {
        skipSpace()
        guard acceptsNumbers else { return nil }
        let digits = text[position...].prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        position += digits.count
        return String(decoding: digits, as: UTF8.self)
    }

    private mutating func string() throws(ProofError) -> String {
        try expect("\"")
        var bytes: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw failure("UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): bytes += try escaped()
            case 0..<0x20: throw failure("an escaped control character")
            default: bytes.append(byte)
            }
        }
        throw failure("the end of a string")
    }

    /// What follows a backslash, as UTF-8.
    private mutating func escaped() throws(ProofError) -> [UInt8] {
        guard let byte = next() else { throw failure("an escape") }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): break
        default: throw failure("an escape")
        }
        var unit = UInt32(try codeUnit())
        if unit & 0xfc00 == 0xd800 {
            guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") else {
                throw failure("the second half of a surrogate pair")
            }
            let low = UInt32(try codeUnit())
            guard low & 0xfc00 == 0xdc00 else { throw failure("a surrogate pair") }
            unit = 0x10000 + (unit & 0x3ff) << 10 + (low & 0x3ff)
        }
        guard let scalar = Unicode.Scalar(unit) else { throw failure("a surrogate pair") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func codeUnit() throws(ProofError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw failure("four hexadecimal digits") }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private mutating func next() -> UInt8? {
        guard position < text.count else { return nil }
        defer { position += 1 }
        return text[position]
    }

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[position]) {
            position += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(ProofError) {
        guard take(character) else { throw failure("\(character)") }
    }

    private func failure(_ expected: String) -> ProofError {
        .malformed(detail: "expected \(expected) at byte \(position)")
    }
}
