// One claim about the protocol, as a value: what is claimed, the server it needs, and the
// conversation that shows it.

import Testing

/// A protocol claim with the conversation that proves it.
///
/// The same body runs in each of the `Surroundings`, so it may use nothing but its session.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    /// What the case proves, as a sentence without its full stop.
    let claim: String
    /// What the case needs of its server's configuration.
    let setting: Setting
    /// The conversation; it records an issue or throws when the claim does not hold.
    let body: @Sendable (Session) throws -> Void

    /// A case for a server with `setting`.
    init(
        _ claim: String, on setting: Setting = .usual,
        _ body: @escaping @Sendable (Session) throws -> Void
    ) {
        self.claim = claim
        self.setting = setting
        self.body = body
    }

    var testDescription: String { claim }
}
