import Testing

@testable import VarveStreams

@Suite("Times as text")
struct InternetTimeTests {
    private func parse(_ text: String) -> UInt64? {
        withBytes(text) { InternetTime.parse($0) }
    }

    @Test(
        "known moments, in any zone",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1),
            ("2000-02-29T12:00:00Z", 951_825_600_000), ("2024-10-09T00:00:00Z", 1_728_432_000_000),
            ("2024-10-09T02:00:00+02:00", 1_728_432_000_000),
            ("2024-10-08T18:30:00-05:30", 1_728_432_000_000),
            ("2024-10-09t00:00:00z", 1_728_432_000_000),
            ("2024-10-09 00:00:00Z", 1_728_432_000_000),
            ("2024-10-09T00:00:00.5Z", 1_728_432_000_500),
            ("2024-10-09T00:00:00.123456789Z", 1_728_432_000_123),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ] as [(String, UInt64)])
    func known(_ text: String, _ milliseconds: UInt64) {
        #expect(parse(text) == milliseconds)
    }

    @Test(
        "what is not RFC 3339 is refused",
        arguments: [
            "", "2024-10-09", "2024-10-09T00:00:00", "2024-13-09T00:00:00Z", "2024-00-09T00:00:00Z",
            "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
            "2024-10-09T24:00:00Z",
            "2024-10-09T00:60:00Z", "2024-10-09T00:00:61Z", "2024-10-09T00:00:00.Z",
            "2024-10-09T00:00:00+0200", "2024-10-09T00:00:00+02", "2024-10-09T00:00:00+24:00",
            "2024-10-09T00:00:00Zx", "24-10-09T00:00:00Z", "1728432000", "1969-12-31T23:59:59Z",
            "2024-10-09T00:00:00.00000000000000000000000000000000000000000000000000Z",
            "Wed, 09 Oct 2024 00:00:00 GMT", "2024-1o-09T00:00:00Z",
        ])
    func malformed(_ text: String) {
        #expect(parse(text) == nil)
    }

    @Test("what is written reads back")
    func roundTrip() {
        var moment: UInt64 = 0
        while moment < 253_402_300_800_000 {
            #expect(parse(InternetTime.string(moment)) == moment)
            moment += 86_400_000 * 13 + 12_345_678
        }
        #expect(InternetTime.string(.max) == "9999-12-31T23:59:59.999Z")
    }
}
