import VarveLog

/// A refusal on its way to a client: the problem, and the headers that go with it.
struct Refusal: Error {
    /// What is wrong.
    let problem: Problem
    /// The response waits until this is durable, because the refusal reveals it.
    var visibleAt = LSN.none
    /// `Stream-Next-Offset`.
    var nextOffset: StreamPosition?
    /// `Stream-Earliest-Offset`.
    var earliestOffset: StreamPosition?
    /// `Stream-Closed: true`.
    var isClosed = false
    /// `Producer-Epoch`.
    var producerEpoch: UInt64?
    /// `Producer-Expected-Seq` and `Producer-Received-Seq`.
    var sequenceGap: (expected: UInt64, received: UInt64)?
    /// `Retry-After`, in seconds.
    var retryAfterSeconds: UInt64?
    /// What an operator should know and the client should not; nil when there is nothing.
    var cause: LogError?
    /// Whether the same request may succeed in a moment.
    var isTransient = false

    /// A refusal without headers of its own.
    init(_ problem: Problem, visibleAt: LSN = .none) {
        self.problem = problem
        self.visibleAt = visibleAt
    }

    /// As many requests are under way as may be.
    static var busy: Refusal {
        var refusal = Refusal(.overloaded)
        refusal.retryAfterSeconds = 1
        return refusal
    }
}
