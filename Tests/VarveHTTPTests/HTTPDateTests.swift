// Dates against days counted one by one.

import Testing
import VarveHTTP

struct HTTPDateTests {
    private func text(_ seconds: UInt64) -> String {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: HTTPDate.byteCount, alignment: 1)
        defer { memory.deallocate() }
        if let base = memory.baseAddress { HTTPDate.write(unixSeconds: seconds, to: base) }
        return String(decoding: memory, as: UTF8.self)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_728_432_000, "Wed, 09 Oct 2024 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (UInt64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func aTimeHasItsDate(_ seconds: UInt64, _ expected: String) {
        #expect(text(seconds) == expected)
    }

    @Test func everyDayFollowsTheOneBefore() {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        var (year, month, day) = (1970, 1, 1)
        for index in 0..<60_000 {
            let digits = (day < 10 ? "0" : "") + "\(day)"
            let expected =
                "\(weekdays[index % 7]), \(digits) \(months[month - 1]) \(year) 12:00:00 GMT"
            #expect(text(UInt64(index) * 86_400 + 43_200) == expected)
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test func theDateLineFollowsTheClock() {
        let line = DateLine(unixSeconds: 0)
        #expect(
            String(decoding: line.bytes, as: UTF8.self) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
        )
        line.update(unixSeconds: 1)
        #expect(
            String(decoding: line.bytes, as: UTF8.self) == "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n"
        )
    }
}
