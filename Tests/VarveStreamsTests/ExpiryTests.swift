import Testing

@testable import VarveStreams

@Suite("Expiry")
struct ExpiryTests {
    private func expiry(_ lifetime: StreamLifetime, now: UInt64 = 1_000_000) -> Expiry {
        Expiry(lifetime, text: UnsafeRawBufferPointer(start: nil, count: 0), now: now)
    }

    @Test("a window slides with every use")
    func sliding() {
        let expiry = expiry(.sliding(seconds: 10))
        #expect(!expiry.isExpired(at: 1_009_999))
        #expect(expiry.isExpired(at: 1_010_000))
        _ = expiry.touch(at: 1_005_000)
        #expect(!expiry.isExpired(at: 1_014_999))
        #expect(expiry.isExpired(at: 1_015_000))
        expiry.checkInvariants()
    }

    @Test("a window of zero is over at once")
    func zero() {
        #expect(expiry(.sliding(seconds: 0)).isExpired(at: 1_000_000))
    }

    @Test("a moment does not move")
    func absolute() {
        let expiry = expiry(.absolute(milliseconds: 1_010_000))
        #expect(!expiry.touch(at: 1_009_000))
        expiry.hold()
        #expect(!expiry.isExpired(at: 1_009_999))
        #expect(expiry.isExpired(at: 1_010_000))
    }

    @Test(
        "a use is journalled only beyond the slack: a sixteenth of the window, at least a second",
        arguments: [(10, 1000), (16, 1000), (160, 10_000), (3600, 225_000)] as [(UInt64, UInt64)])
    func slack(_ seconds: UInt64, _ slack: UInt64) {
        let expiry = expiry(.sliding(seconds: seconds))
        #expect(expiry.slackMilliseconds == slack)
        #expect(!expiry.touch(at: 1_000_000 + slack))
        #expect(expiry.touch(at: 1_000_001 + slack))
        expiry.noteJournalled(at: 1_000_001 + slack)
        #expect(!expiry.touch(at: 1_000_001 + slack * 2))
    }

    @Test("after a restart a stream lives at most the slack longer, never shorter")
    func restart() {
        for used in stride(from: 1_000_000, through: 1_040_000, by: 100) as StrideThrough<UInt64> {
            let live = expiry(.sliding(seconds: 20))
            var journalled: UInt64 = 1_000_000
            for moment in stride(from: 1_000_000, through: used, by: 300) as StrideThrough<UInt64>
            where live.touch(at: moment) {
                live.noteJournalled(at: moment)
                journalled = moment
            }
            let recovered = expiry(.sliding(seconds: 20), now: journalled)
            recovered.assumeUnjournalledUse()
            let before = live.deadline ?? 0
            let after = recovered.deadline ?? 0
            #expect(after >= before)
            #expect(after <= before + live.slackMilliseconds)
        }
    }

    @Test("a live reader holds a stream, and the log hears of it before the slack is used up")
    func holding() {
        let expiry = expiry(.sliding(seconds: 10))
        expiry.hold()
        expiry.hold()
        #expect(!expiry.isExpired(at: 9_000_000))
        #expect(!expiry.needsRenewal(at: 1_000_499))
        #expect(expiry.needsRenewal(at: 1_000_500))
        #expect(expiry.nextVisit == 1_000_500)
        expiry.release(at: 1_020_000)
        #expect(!expiry.isExpired(at: 9_000_000))
        expiry.release(at: 1_030_000)
        #expect(expiry.deadline == 1_040_000)
        #expect(!expiry.needsRenewal(at: 1_030_001))
    }
}
