/// Numbers as protobuf's JSON has them: plain, or as strings.
enum JSONNumber {
    /// The longest number that is looked at.
    private static let charactersMax = 400

    /// The digits of the largest integer of 64 bits.
    private static let integerDigitsMax = 20

    /// Takes an integer; `1.0` and `1e3` are integers too.
    static func integer<Value: FixedWidthInteger>(
        _ scanner: inout JSONScanner, _ type: Value.Type
    ) throws(MessageFault) -> Value {
        let characters = try characters(&scanner)
        if let value = Value(characters) { return value }
        guard let plain = plain(characters), let value = Value(plain) else {
            throw scanner.fault("the number is no integer of the field's size")
        }
        return value
    }

    /// The digits of a number with a fraction or an exponent that is an integer all the same; nil
    /// for one that is none, or has more digits than any field takes. Exact, as a double is not.
    private static func plain(_ number: String) -> String? {
        let parts = number.split(whereSeparator: { "eE".contains($0) })
        guard let mantissa = parts.first, parts.count <= 2,
            var power = Int(parts.count == 2 ? parts[1] : "0")
        else { return nil }
        let isNegative = mantissa.hasPrefix("-")
        let halves = mantissa.drop { $0 == "-" }.split(separator: ".")
        var digits = Substring(halves.joined()).drop { $0 == "0" }
        if digits.isEmpty { return "0" }
        let fraction = halves.count == 2 ? halves[1].count : 0
        guard power.magnitude <= charactersMax else { return nil }
        power -= fraction
        while power < 0, digits.last == "0" {
            digits.removeLast()
            power += 1
        }
        guard power >= 0, digits.count + power <= integerDigitsMax else { return nil }
        return (isNegative ? "-" : "") + digits + String(repeating: "0", count: power)
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
