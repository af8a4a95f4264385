// Any server at a URL, as a case sees it: only what HTTP shows.

import VarvePlatform

/// A server that somebody else runs. Each case has a path of its own below the base path, so that
/// cases and runs do not see each other's streams.
package final class RemoteServer: ConformanceServer {
    /// The longest that a case waits instead of moving a clock.
    private static let waitMillisecondsMax: UInt64 = 3000
    /// How long a request gets to arrive where nothing tells that it has.
    private static let arrivalMilliseconds: Int32 = 250

    package let place: ServerPlace
    package let basePath: String
    private let clock = SystemClock()

    /// The server at `place`, for one case with streams under `basePath`.
    package init(_ place: ServerPlace, basePath: String) {
        self.place = place
        self.basePath = basePath
    }

    package var wallMilliseconds: UInt64 { clock.wallMilliseconds() }

    package func advance(milliseconds: UInt64) throws {
        guard milliseconds <= Self.waitMillisecondsMax else {
            throw AbilityMissing(reason: "moves the server's clock")
        }
        try Pause.take(milliseconds: Int32(milliseconds))
    }

    package func metric(_ name: String) throws -> UInt64 {
        throw AbilityMissing(reason: "looks at the server's own counters")
    }

    package func wait(for name: String, toBe expected: UInt64) throws {
        throw AbilityMissing(reason: "looks at the server's own counters")
    }

    package func park(_ begin: () throws -> ClientConnection) throws -> ClientConnection {
        let connection = try begin()
        try Pause.take(milliseconds: Self.arrivalMilliseconds)
        return connection
    }
}

/// Letting real time pass.
enum Pause {
    /// Waits so many milliseconds.
    static func take(milliseconds: Int32) throws {
        let clock = SystemClock()
        let end = clock.monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
        let events = UnsafeMutableBufferPointer<PollEvent>.allocate(capacity: 1)
        defer { events.deallocate() }
        let poller = try Poller()
        while true {
            let now = clock.monotonicNanoseconds()
            guard now < end else { return }
            _ = try poller.wait(
                into: events, timeoutMilliseconds: Int32((end - now) / 1_000_000 + 1))
        }
    }
}
