// The cursor of live reads.

import Testing
import VarveHTTP

struct StreamCursorTests {
    private func next(_ seconds: UInt64, _ client: String?, random: UInt64 = 0) -> UInt64 {
        guard let client else {
            return StreamCursor.next(unixSeconds: seconds, client: nil, random: random)
        }
        return client.withBytes {
            StreamCursor.next(unixSeconds: seconds, client: $0, random: random)
        }
    }

    @Test func aCursorCountsIntervalsOf20SecondsSince9October2024() {
        #expect(next(1_728_432_000, nil) == 0)
        #expect(next(1_728_432_019, nil) == 0)
        #expect(next(1_728_432_020, nil) == 1)
        #expect(next(1_728_432_000 + 86_400, nil) == 4320)
        #expect(next(0, nil) == 0)
    }

    @Test func aClientThatIsNotBehindGetsOneTo180IntervalsMore() {
        let now: UInt64 = 1_728_432_000 + 2000
        #expect(next(now, "99") == 100)
        #expect(next(now, "100") == 101)
        #expect(next(now, "100", random: 179) == 280)
        #expect(next(now, "100", random: 180) == 101)
        #expect(next(now, "5000", random: 4) == 5005)
        #expect(next(now, "9007199254740991") == 9_007_199_254_740_992)
    }

    @Test(arguments: [
        "", "x", "-1", "+500", "5e2", " 500", "500 ", "99999999999999999999", "9007199254740992",
    ])
    func aCursorThatIsNoNumberCountsAsAbsent(_ client: String) {
        #expect(next(1_728_432_000 + 2000, client) == 100)
    }
}
