// One claim about the protocol, as a value: what is claimed, the server it needs, and the
// conversation that shows it.

/// A protocol claim with the conversation that proves it.
///
/// The body knows nothing of how its server runs, so it may use nothing but its session.
package struct ConformanceCase: Sendable {
    /// What the case proves, as a sentence without its full stop.
    package let claim: String
    /// What the case needs of its server's configuration.
    package let settings: [Setting]
    /// The conversation; it records a failure or throws when the claim does not hold.
    private let body: @Sendable (Session) throws -> Void

    /// A case for a server with `settings`.
    init(
        _ claim: String, on settings: [Setting] = [],
        _ body: @escaping @Sendable (Session) throws -> Void
    ) {
        self.claim = claim
        self.settings = settings
        self.body = body
    }

    /// Has the conversation with `server`, which has the case's settings.
    package func run(on server: any ConformanceServer, _ profile: Profile) -> CaseOutcome {
        let session = Session(server: server, profile: profile)
        do {
            try body(session)
        } catch let absence as AbilityMissing {
            if session.failures.isEmpty { return .skipped(reason: absence.reason) }
        } catch {
            session.fail("\(error)")
        }
        return session.failures.isEmpty ? .passed : .failed(session.failures)
    }
}

/// What a case came to.
package enum CaseOutcome: Sendable {
    /// The claim holds.
    case passed
    /// It does not, or could not be shown: each failure says what was expected and what was found.
    case failed([String])
    /// The server cannot be asked: the reason.
    case skipped(reason: String)
}
