import Testing

@testable import VarveServer

/// The cursors of live answers.
@Suite("LiveCursor")
struct LiveCursorTests {
    /// 1000 intervals after the epoch of cursors.
    private let now: UInt64 = (1_728_432_000 + 20_000) * 1000

    @Test("without a client's cursor it is the current interval")
    func absent() {
        #expect(LiveCursor.next(unixMilliseconds: now, client: nil, random: 77) == 1000)
    }

    @Test("a smaller cursor gives the current interval")
    func smaller() {
        #expect(LiveCursor.next(unixMilliseconds: now, client: 999, random: 77) == 1000)
    }

    @Test("any other comes back larger by 1 to 180", arguments: [0, 1, 179, 180, UInt64.max])
    func larger(_ random: UInt64) {
        for client: UInt64 in [1000, 5000] {
            let next = LiveCursor.next(unixMilliseconds: now, client: client, random: random)
            #expect((client + 1...client + 180).contains(next))
        }
    }
}
