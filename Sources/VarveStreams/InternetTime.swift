/// Moments as text, as RFC 3339 writes them, without a library of calendars.
package enum InternetTime {
    /// The number of bytes `write` produces.
    package static let byteCount = 24
    /// The longest text that `parse` takes, in bytes.
    package static let bytesMax = 64

    /// Milliseconds since 1970 of an RFC 3339 date and time in any zone; nil for anything else and
    /// for moments before 1970. A fraction beyond milliseconds is cut off; a leap second counts as
    /// the second after.
    package static func parse(_ text: UnsafeRawBufferPointer) -> UInt64? {
        guard text.count >= 20, text.count <= bytesMax, text[4] == dash, text[7] == dash,
            text[10] | 0x20 == UInt8(ascii: "t") || text[10] == 0x20,
            text[13] == colon, text[16] == colon,
            let year = number(text, 0, 4), let month = number(text, 5, 2),
            let day = number(text, 8, 2), let hour = number(text, 11, 2),
            let minute = number(text, 14, 2), let second = number(text, 17, 2),
            (1...12).contains(month), (1...days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        guard let fraction = fraction(text, &index), let zone = zoneMinutes(text, index) else {
            return nil
        }
        let minutes = (dayNumber(year, month, day) * 24 + hour) * 60 + minute - zone
        let milliseconds = (minutes * 60 + second) * 1000 + fraction
        return UInt64(exactly: milliseconds)
    }

    /// Writes `milliseconds` since 1970 as `2024-10-09T00:00:00.000Z` to `pointer`, `byteCount`
    /// bytes; years after 9999 are written as the last moment of 9999.
    package static func write(_ milliseconds: UInt64, to pointer: UnsafeMutableRawPointer) {
        let moment = Int(min(milliseconds, lastMoment))
        let (year, month, day) = date(ofDayNumber: moment / 86_400_000)
        let inDay = moment % 86_400_000
        let template: StaticString = "0000-00-00T00:00:00.000Z"
        pointer.copyMemory(from: template.utf8Start, byteCount: byteCount)
        put(year, 4, pointer)
        put(month, 2, pointer + 5)
        put(day, 2, pointer + 8)
        put(inDay / 3_600_000, 2, pointer + 11)
        put(inDay / 60_000 % 60, 2, pointer + 14)
        put(inDay / 1000 % 60, 2, pointer + 17)
        put(inDay % 1000, 3, pointer + 20)
    }

    /// `milliseconds` since 1970 as a string.
    package static func string(_ milliseconds: UInt64) -> String {
        String(unsafeUninitializedCapacity: byteCount) { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            write(milliseconds, to: base)
            return byteCount
        }
    }

    private static let dash = UInt8(ascii: "-")
    private static let colon = UInt8(ascii: ":")
    /// 9999-12-31T23:59:59.999Z.
    private static let lastMoment: UInt64 = 253_402_300_799_999

    /// The optional fraction at `index`, in milliseconds; nil when it has no digit. Moves `index`.
    private static func fraction(_ text: UnsafeRawBufferPointer, _ index: inout Int) -> Int? {
        guard index < text.count, text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        let start = index
        var value = 0
        var scale = 100
        while index < text.count, let digit = number(text, index, 1) {
            value += digit * scale
            scale /= 10
            index += 1
        }
        return index > start ? value : nil
    }

    /// The zone from `index` to the end, in minutes east of Greenwich.
    private static func zoneMinutes(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int? {
        let rest = UnsafeRawBufferPointer(rebasing: text[index...])
        if rest.count == 1, rest[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard rest.count == 6, rest[3] == colon, rest[0] == UInt8(ascii: "+") || rest[0] == dash,
            let hours = number(rest, 1, 2), let minutes = number(rest, 4, 2), hours < 24,
            minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (rest[0] == dash ? -1 : 1)
    }

    /// The decimal number of exactly `count` digits at `start`.
    private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// Writes `value` as `count` digits.
    private static func put(_ value: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer) {
        var rest = value
        for index in stride(from: count - 1, through: 0, by: -1) {
            pointer.storeBytes(of: UInt8(0x30 + rest % 10), toByteOffset: index, as: UInt8.self)
            rest /= 10
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in
    /// March, so that the leap day is the last of its year.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let months = (month + 9) % 12
        let leapDays = years / 4 - years / 100 + years / 400
        return years * 365 + leapDays + (months * 153 + 2) / 5 + day - 1 - 719_468
    }

    /// The date that is `number` days after 1970-01-01; the inverse of `dayNumber`.
    private static func date(ofDayNumber number: Int) -> (year: Int, month: Int, day: Int) {
        let days = number + 719_468
        let era = days / 146_097
        let inEra = days % 146_097
        let yearOfEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let months = (5 * inYear + 2) / 153
        let day = inYear - (153 * months + 2) / 5 + 1
        let month = months < 10 ? months + 3 : months - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}
