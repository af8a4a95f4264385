/// Numbers as protobuf's JSON has them: plain, or as strings.
enum JSONNumber {
    /// The longest number that is looked at.
    private static let charactersMax = 400

    /// Takes an integer; `1.0` and `1e3` are integers too.
    static func integer<Value: FixedWidthInteger>(
        _ scanner: inout JSONScanner, _ type: Value.Type
    ) throws(MessageFault) -> Value {
        let characters = try characters(&scanner)
        if let value = Value(characters) { return value }
        // A double cannot tell large integers apart, so digits alone are never read as one.
        guard characters.contains(where: { ".eE".contains($0) }),
            let double = Double(characters), double.magnitude <= 9_007_199_254_740_992,
            let value = Value(exactly: double)
        else { throw scanner.fault("the number is no integer of the field's size") }
        return value
    }

    /// Takes a floating-point number.
    static func double(_ scanner: inout JSONScanner) throws(MessageFault) -> Double {
        let characters = try characters(&scanner, orWords: true)
        switch characters {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default:
            guard let value = Double(characters), value.isFinite else {
                throw scanner.fault("the number is out of range")
            }
            return value
        }
    }

    /// The characters of a number, checked.
    private static func characters(
        _ scanner: inout JSONScanner, orWords: Bool = false
    ) throws(MessageFault) -> String {
        guard scanner.peek() == UInt8(ascii: "\"") else {
            return try string(try scanner.number(), scanner)
        }
        let text = try scanner.text()
        return try text.withBytes { (bytes) throws(MessageFault) in
            let words = ["NaN", "Infinity", "-Infinity"]
            if orWords, let word = words.first(where: { bytes.elementsEqual($0.utf8) }) {
                return word
            }
            var inner = JSONScanner(bytes)
            guard let first = bytes.first, first == UInt8(ascii: "-") || first >= 0x30 else {
                throw scanner.fault("expected a number")
            }
            let number = try inner.number()
            guard number.count == bytes.count else { throw scanner.fault("expected a number") }
            return try string(number, scanner)
        }
    }

    private static func string(
        _ characters: UnsafeRawBufferPointer, _ scanner: JSONScanner
    ) throws(MessageFault) -> String {
        guard characters.count <= charactersMax else {
            throw scanner.fault("the number has too many characters")
        }
        return String(decoding: characters, as: UTF8.self)
    }
}
