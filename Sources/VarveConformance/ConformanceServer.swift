// The seam between a case and the server it talks to: a server of the tests, with a clock that
// they move and counters they can see, or any server at a URL.

import VarveStreams

/// A server that cases are run on.
package protocol ConformanceServer: AnyObject {
    /// Where it listens.
    var place: ServerPlace { get }

    /// The path under which the case's streams live.
    var basePath: String { get }

    /// The server's wall clock.
    var wallMilliseconds: UInt64 { get }

    /// Lets time pass on the server's wall clock.
    ///
    /// - Throws: `AbilityMissing` when the clock cannot be moved that far.
    func advance(milliseconds: UInt64) throws

    /// The value of a metric, labels included in its name; 0 when it is not there.
    ///
    /// - Throws: `AbilityMissing` when the server's metrics say nothing about one case.
    func metric(_ name: String) throws -> UInt64

    /// Waits until a metric has the value `expected`, or throws after the connection's patience.
    func wait(for name: String, toBe expected: UInt64) throws

    /// Runs `begin`, which sends a long-poll, and returns when the server has parked it.
    func park(_ begin: () throws -> ClientConnection) throws -> ClientConnection
}

extension ConformanceServer {
    /// The server's wall time in so many seconds, as RFC 3339, cut to the second.
    package func time(inSeconds seconds: UInt64) -> String {
        InternetTime.string((wallMilliseconds / 1000 + seconds) * 1000)
    }
}

/// Where a server listens.
package struct ServerPlace: Sendable {
    /// A name or an address; an IPv6 address in brackets.
    package let host: String
    /// The port.
    package let port: UInt16

    /// A place.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}

/// A case asks for something that this server does not let its clients do.
struct AbilityMissing: Error {
    /// What is missing.
    let reason: String
}
