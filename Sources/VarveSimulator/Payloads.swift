import VarvePlatform

/// Bodies whose bytes tell which request they came from.
struct Payloads {
    let random: SeededRandom

    /// A body of `count` bytes.
    func binary(_ number: Int, count: Int) -> [UInt8] {
        var bytes = Array("\(number):".utf8)
        bytes.reserveCapacity(count)
        var value = random.next()
        while bytes.count < count {
            bytes.append(UInt8(truncatingIfNeeded: value))
            value = value >> 8 ^ value &* 0x9e37_79b9_7f4a_7c15
        }
        return Array(bytes.prefix(max(1, count)))
    }

    /// A body of JSON messages, and what is stored of each.
    func json(
        _ number: Int, messages: Int, padding: Int
    ) -> (body: [UInt8], records: [[UInt8]]) {
        let texts = (0..<messages).map { index in
            Array("{\"n\":\(number),\"i\":\(index),\"x\":\"".utf8)
                + [UInt8](repeating: UInt8(ascii: "a") + UInt8(number % 26), count: padding)
                + Array("\"}".utf8)
        }
        let comma = UInt8(ascii: ",")
        let records = texts.map { $0 + [comma] }
        if messages == 1, random.next(below: 2) == 0 { return (texts[0], records) }
        var body = [UInt8(ascii: "[")]
        body += texts.joined(separator: [comma])
        body.append(UInt8(ascii: "]"))
        return (body, records)
    }
}
