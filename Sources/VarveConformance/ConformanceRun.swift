// A run of the cases against a server at a URL.

import VarvePlatform

/// The cases that are asked of one server.
package struct ConformanceRun {
    /// What became of one case.
    package struct Result: Sendable {
        /// The name of the case's topic.
        package let topic: String
        /// What the case claims.
        package let claim: String
        /// What it came to.
        package let outcome: CaseOutcome
    }

    private let place: ServerPlace
    private let basePath: String
    private let profile: Profile
    private let cases: [(topic: Topic, claim: ConformanceCase)]
    private let attempts: Attempts

    /// A run on the server at `place` whose streams live under `basePath`.
    ///
    /// - Parameters:
    ///   - profile: what is asked of the server.
    ///   - filter: only cases whose topic or claim contains this, without regard to case.
    ///   - prefix: the first segment of the names of the run's streams.
    package init(
        _ place: ServerPlace, basePath: String, profile: Profile, filter: String?, prefix: String
    ) {
        self.place = place
        self.basePath = "\(basePath)/\(prefix)"
        self.profile = profile
        let filter = filter?.lowercased() ?? ""
        var cases: [(topic: Topic, claim: ConformanceCase)] = []
        for topic in Topic.all where topic.profile == .core || profile == .varve {
            for claim in topic.cases
            where filter.isEmpty || topic.name.lowercased().contains(filter)
                || claim.claim.lowercased().contains(filter)
            {
                cases.append((topic, claim))
            }
        }
        self.cases = cases
        let clock = SystemClock()
        attempts = Attempts { clock.monotonicNanoseconds() }
    }

    /// How many cases will be run or skipped.
    package var count: Int { cases.count }

    /// Connects once; throws what keeps a client from the server.
    package func reach() throws { _ = try ClientConnection(place) }

    /// Runs the case at `index` and says what became of it.
    package func result(_ index: Int) -> Result {
        let (topic, claim) = cases[index]
        return Result(
            topic: topic.name, claim: claim.claim, outcome: outcome(of: claim, number: index))
    }

    private func outcome(of claim: ConformanceCase, number: Int) -> CaseOutcome {
        guard claim.settings.isEmpty else {
            return .skipped(reason: "needs a server configured for it or of its own")
        }
        return attempts.outcome { attempt in
            let server = RemoteServer(place, basePath: "\(basePath)/\(number).\(attempt)")
            return claim.run(on: server, profile)
        }
    }
}
