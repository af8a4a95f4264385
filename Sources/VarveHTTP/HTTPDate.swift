// Dates as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).

/// The fixed-length date format of HTTP.
package enum HTTPDate {
    /// The length of every date in bytes.
    package static let byteCount = 29

    /// The last second that has a date of that length: the end of the year 9999.
    private static let secondsMax: UInt64 = 253_402_300_799

    /// Writes the date of a time, given in seconds since 1970 UTC without leap seconds, into the
    /// `byteCount` bytes at `memory`. Times after the year 9999 are written as its last second.
    package static func write(unixSeconds: UInt64, to memory: UnsafeMutableRawPointer) {
        let seconds = min(unixSeconds, secondsMax)
        let days = Int(seconds / 86_400)
        let time = Int(seconds % 86_400)
        let (year, month, day) = civil(daysSince1970: days)
        let weekdays: StaticString = "ThuFriSatSunMonTueWed"
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        let template: StaticString = "Thu, 01 Jan 1970 00:00:00 GMT"
        memory.copyMemory(from: template.utf8Start, byteCount: byteCount)
        memory.copyMemory(from: weekdays.utf8Start + days % 7 * 3, byteCount: 3)
        memory.advanced(by: 8).copyMemory(from: months.utf8Start + (month - 1) * 3, byteCount: 3)
        twoDigits(day, memory + 5)
        twoDigits(year / 100, memory + 12)
        twoDigits(year % 100, memory + 14)
        twoDigits(time / 3600, memory + 17)
        twoDigits(time / 60 % 60, memory + 20)
        twoDigits(time % 60, memory + 23)
    }

    private static func twoDigits(_ number: Int, _ memory: UnsafeMutableRawPointer) {
        memory.storeBytes(of: UInt8(0x30 + number / 10), as: UInt8.self)
        memory.storeBytes(of: UInt8(0x30 + number % 10), toByteOffset: 1, as: UInt8.self)
    }

    /// The Gregorian date of a day. Years are counted from March, so that the leap day is the last
    /// of its year and every month's start is a linear function of its number.
    private static func civil(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let daysPerEra = 146_097
        let shifted = days + 719_468
        let era = shifted / daysPerEra
        let dayOfEra = shifted % daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// The line `Date: …` of the current second, written once and copied into every response.
///
/// Not thread-safe: each event loop has its own.
package final class DateLine {
    /// The length of the line in bytes, with its CR LF.
    private static let byteCount = 6 + HTTPDate.byteCount + 2

    private let memory: UnsafeMutableRawPointer
    @exclusivity(unchecked) private var seconds = UInt64.max

    /// The line of the given second since 1970.
    package init(unixSeconds: UInt64 = 0) {
        memory = .allocate(byteCount: Self.byteCount, alignment: 1)
        let name: StaticString = "Date: "
        memory.copyMemory(from: name.utf8Start, byteCount: 6)
        memory.storeBytes(of: 0x0D, toByteOffset: Self.byteCount - 2, as: UInt8.self)
        memory.storeBytes(of: 0x0A, toByteOffset: Self.byteCount - 1, as: UInt8.self)
        update(unixSeconds: unixSeconds)
    }

    deinit {
        memory.deallocate()
    }

    /// Sets the time; cheap while the second is the same.
    package func update(unixSeconds: UInt64) {
        guard unixSeconds != seconds else { return }
        seconds = unixSeconds
        HTTPDate.write(unixSeconds: unixSeconds, to: memory + 6)
    }

    /// The whole line, valid as long as the object, until the next update.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory, count: Self.byteCount)
    }
}
