// One claim about the protocol, as a value: what is claimed, the server it needs, and the
// conversation that shows it.

import Testing
import VarveServer

/// A protocol claim with the conversation that proves it.
///
/// The same body runs against every `Surroundings`, so it may use nothing but its session.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    /// What the case proves, as a sentence without its full stop.
    let claim: String
    /// Changes to the configuration that the case needs; small limits, mostly.
    let configure: @Sendable (inout ServerConfiguration) -> Void
    /// The conversation; it records an issue or throws when the claim does not hold.
    let body: @Sendable (Session) throws -> Void

    /// A case for a server with the default test configuration.
    init(_ claim: String, _ body: @escaping @Sendable (Session) throws -> Void) {
        self.init(claim, configure: { _ in }, body)
    }

    /// A case for a server with a configuration of its own.
    init(
        _ claim: String,
        configure: @escaping @Sendable (inout ServerConfiguration) -> Void,
        _ body: @escaping @Sendable (Session) throws -> Void
    ) {
        self.claim = claim
        self.configure = configure
        self.body = body
    }

    /// A configuration that takes bodies of some megabytes, for cases that need them.
    static let largeBodies: @Sendable (inout ServerConfiguration) -> Void = { configuration in
        configuration.journalFileBytes = 16 << 20
        configuration.maxBodyBytes = 8 << 20
        configuration.memoryWindowBytes = 32 << 20
    }

    var testDescription: String { claim }
}
