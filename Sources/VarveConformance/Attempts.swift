// Asking again where time may have spoiled the answer.

import VarvePlatform

/// How often a case is asked of a server whose clock is the real one.
///
/// A case that waits for real time to pass is undone by a machine or a network that stalls: a
/// stream that ought to live for another half second is gone by then. Such a case lasts, whereas
/// what a server does wrong it does at once. A failure that took long is therefore asked again on
/// fresh streams, and only one that repeats itself counts.
struct Attempts {
    /// How often a case is asked at most.
    static let max = 3
    /// From this many nanoseconds on, a failed attempt took long.
    static let longNanoseconds: UInt64 = 1_000_000_000

    private let nanoseconds: () -> UInt64

    /// Attempts timed by `nanoseconds`, a clock that never goes back.
    init(nanoseconds: @escaping () -> UInt64) { self.nanoseconds = nanoseconds }

    /// What `ask`, which is given the number of the attempt from 0, comes to in the end.
    func outcome(_ ask: (_ attempt: Int) -> CaseOutcome) -> CaseOutcome {
        var attempt = 0
        while true {
            let begin = nanoseconds()
            let outcome = ask(attempt)
            attempt += 1
            guard case .failed = outcome, attempt < Self.max,
                nanoseconds() - begin >= Self.longNanoseconds
            else { return outcome }
        }
    }
}
