/// Walks over the bytes of a configuration file and knows the line it is on.
struct ConfigurationScanner {
    private let bytes: [UInt8]
    private let path: String
    private var index = 0
    /// The current line, from 1.
    private(set) var line = 1

    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// The next byte, nil at the end.
    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Steps over one byte.
    mutating func advance() {
        if peek == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    /// Steps over `byte` if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        advance()
        return true
    }

    /// Steps over spaces and tabs.
    mutating func skipSpaces() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D { advance() }
    }

    /// Steps over white space, line ends and comments from `#` to the end of the line.
    mutating func skipBlank() {
        while let byte = peek {
            if byte == UInt8(ascii: "#") {
                skipComment()
            } else if byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A {
                advance()
            } else {
                return
            }
        }
    }

    /// Steps over the rest of the line.
    mutating func skipComment() {
        while let byte = peek, byte != UInt8(ascii: "\n") { advance() }
    }

    /// The bytes from here on for which `belongs` holds, as text.
    mutating func word(_ belongs: (UInt8) -> Bool) -> String {
        let start = index
        while let byte = peek, belongs(byte) { advance() }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// An error about this place.
    func failure(_ expected: String) -> CommandFailure {
        let found: String
        switch peek {
        case nil: found = "the end of the file"
        case UInt8(ascii: "\n"): found = "the end of the line"
        case .some(let byte): found = "\"\(Character(UnicodeScalar(byte)))\""
        }
        return .usage("\(path):\(line): expected \(expected), found \(found)")
    }

    /// A string in double quotes with the escapes of JSON, which are those of TOML but for `\U`.
    mutating func quotedString() throws(CommandFailure) -> String {
        guard take(UInt8(ascii: "\"")) else { throw failure("a string in double quotes") }
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                advance()
                text += try escape().utf8
            case 0..<0x20:
                throw failure("the string's closing quote")
            default:
                text.append(byte)
                advance()
            }
        }
        throw failure("the string's closing quote")
    }

    /// A string in single quotes, without escapes (TOML).
    mutating func literalString() throws(CommandFailure) -> String {
        advance()
        let text = word { $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\n") }
        guard take(UInt8(ascii: "'")) else { throw failure("the string's closing quote") }
        return text
    }

    /// What a backslash and the characters behind it stand for.
    private mutating func escape() throws(CommandFailure) -> String {
        let byte = peek
        let plain: [UInt8: String] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
            UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
            UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        if let byte, let text = plain[byte] {
            advance()
            return text
        }
        guard take(UInt8(ascii: "u")) else { throw failure("an escape such as \\n or \\u00e9") }
        var digits = ""
        while digits.utf8.count < 4, let digit = peek, Character(UnicodeScalar(digit)).isHexDigit {
            digits.append(Character(UnicodeScalar(digit)))
            advance()
        }
        guard digits.utf8.count == 4, let value = UInt32(digits, radix: 16),
            let scalar = UnicodeScalar(value)
        else { throw failure("four hexadecimal digits that name a character") }
        return String(Character(scalar))
    }

    /// A whole number or a boolean, as text; underscores between digits are dropped.
    mutating func bareValue() throws(CommandFailure) -> String {
        let text = word { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "_")
        }
        if text == "true" || text == "false" { return text }
        let digits = text.filter { $0 != "_" }
        guard Quantity.count(digits) != nil else {
            throw failure("a string in quotes, a whole number, true, false or an array of strings")
        }
        return digits
    }
}
