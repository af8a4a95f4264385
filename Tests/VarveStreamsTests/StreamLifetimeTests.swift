import Testing

@testable import VarveStreams

@Suite("Lifetimes")
struct StreamLifetimeTests {
    @Test("a time to live is digits without a leading zero")
    func timeToLive() {
        for (text, seconds) in [("0", 0), ("1", 1), ("3600", 3600)] as [(String, UInt64)] {
            #expect(withBytes(text) { StreamLifetime.timeToLive($0) } == .sliding(seconds: seconds))
        }
        for text in [
            "", "-1", "+1", "01", "00", "1.5", "1e3", " 1", "1 ", "abc", "99999999999999999999",
        ] {
            #expect(withBytes(text) { StreamLifetime.timeToLive($0) } == nil)
        }
    }

    @Test("an expiry is a moment")
    func expiresAt() {
        let moment = withBytes("2024-10-09T00:00:00Z") { StreamLifetime.expiresAt($0) }
        #expect(moment == .absolute(milliseconds: 1_728_432_000_000))
        #expect(withBytes("tomorrow") { StreamLifetime.expiresAt($0) } == nil)
    }
}
