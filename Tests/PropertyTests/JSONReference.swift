/// A checker of JSON texts that is as plain as the grammar: one function for each rule of RFC 8259.
///
/// Slow and obviously right; what the splitter says is compared with it.
struct JSONReference {
    private let text: [UInt8]
    private var index = 0
    private var depth = 0
    private let depthMax: Int

    /// The messages of a text as index ranges; nil when it is refused.
    static func messages(_ text: [UInt8], depthMax: Int) -> [Range<Int>]? {
        guard String(validating: text, as: UTF8.self) != nil else { return nil }
        var reference = JSONReference(text: text, depthMax: depthMax)
        reference.skipSpace()
        let isArray = reference.peek() == UInt8(ascii: "[")
        let start = reference.index
        var elements: [Range<Int>] = []
        guard reference.value(elements: &elements) else { return nil }
        let end = reference.index
        reference.skipSpace()
        guard reference.index == text.count else { return nil }
        return isArray ? elements : [start..<end]
    }

    private init(text: [UInt8], depthMax: Int) {
        self.text = text
        self.depthMax = depthMax
    }

    private func peek() -> UInt8? { index < text.count ? text[index] : nil }

    private mutating func take(_ byte: Character) -> Bool {
        guard let ascii = byte.asciiValue, peek() == ascii else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), [0x20, 0x09, 0x0a, 0x0d].contains(byte) { index += 1 }
    }

    private mutating func value(elements: inout [Range<Int>]) -> Bool {
        switch peek() {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array(elements: &elements)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return literal("true")
        case UInt8(ascii: "f"): return literal("false")
        case UInt8(ascii: "n"): return literal("null")
        default: return number()
        }
    }

    private mutating func array(elements: inout [Range<Int>]) -> Bool {
        guard take("["), enter() else { return false }
        defer { depth -= 1 }
        skipSpace()
        if take("]") { return true }
        while true {
            skipSpace()
            let start = index
            var inner: [Range<Int>] = []
            guard value(elements: &inner) else { return false }
            elements.append(start..<index)
            skipSpace()
            if take("]") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func object() -> Bool {
        guard take("{"), enter() else { return false }
        defer { depth -= 1 }
        skipSpace()
        if take("}") { return true }
        while true {
            skipSpace()
            guard string() else { return false }
            skipSpace()
            guard take(":") else { return false }
            skipSpace()
            var inner: [Range<Int>] = []
            guard value(elements: &inner) else { return false }
            skipSpace()
            if take("}") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func enter() -> Bool {
        depth += 1
        return depth <= depthMax
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = peek() {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"): if !escape() { return false }
            default: break
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = peek() else { return false }
        index += 1
        if byte != UInt8(ascii: "u") { return Array("\"\\/bfnrt".utf8).contains(byte) }
        for _ in 0..<4 {
            guard let digit = peek(), Character(Unicode.Scalar(digit)).isHexDigit else {
                return false
            }
            index += 1
        }
        return true
    }

    private mutating func literal(_ word: String) -> Bool {
        for character in word where !take(character) { return false }
        return true
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0"), !digits() { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            if !digits() { return false }
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = index
        while let byte = peek(), byte >= 0x30, byte <= 0x39 { index += 1 }
        return index > start
    }
}
