/// A duration as protobuf's JSON writes it: seconds in digits, a fraction if there is one, `s`.
enum DurationText {
    /// The longest duration, in seconds: about 10,000 years.
    private static let secondsMax: Int64 = 315_576_000_000
    private static let nanosecondsPerSecond: Int32 = 1_000_000_000

    /// The duration that `text` names; nil when it names none.
    static func parse(
        _ text: UnsafeRawBufferPointer
    ) -> (seconds: Int64, nanoseconds: Int32)? {
        var characters = Substring(String(decoding: text.prefix(40), as: UTF8.self))
        guard characters.count == text.count, characters.popLast() == "s" else { return nil }
        let isNegative = characters.first == "-"
        if isNegative { characters.removeFirst() }
        let parts = characters.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let seconds = digits(parts[0]), seconds <= secondsMax else {
            return nil
        }
        var nanoseconds: Int64 = 0
        if parts.count == 2 {
            guard parts[1].count <= 9, let fraction = digits(parts[1]) else { return nil }
            nanoseconds = fraction
            for _ in parts[1].count..<9 { nanoseconds *= 10 }
        }
        let sign: Int64 = isNegative ? -1 : 1
        return (sign * seconds, Int32(sign * nanoseconds))
    }

    /// The text of a duration.
    static func text(seconds: Int64, nanoseconds: Int32) -> String {
        let isNegative = seconds < 0 || nanoseconds < 0
        var text = "\(isNegative ? "-" : "")\(seconds.magnitude)"
        let fraction = nanoseconds.magnitude % nanosecondsPerSecond.magnitude
        if fraction > 0 {
            let digits = String(fraction)
            text += "." + String(repeating: "0", count: 9 - digits.count) + digits
            while text.last == "0" { text.removeLast() }
        }
        return text + "s"
    }

    private static func digits(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
