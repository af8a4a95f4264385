package import VarveLog

/// A refusal with what the answer needs: it reveals the state that led to it, so it waits as an
/// acceptance does.
package struct StreamRefusal: Error, Equatable, Sendable {
    /// Why.
    package var error: StreamError
    /// The answer may leave when this is durable; `.none` when it reveals nothing of the log.
    package var visibleAt: LSN
    /// The stream's tail, where the answer names it: closed streams and failed preconditions.
    package var nextOffset: StreamPosition?
    /// Where the stream begins, where the answer names that: it was trimmed.
    package var earliestOffset: StreamPosition?

    /// A refusal for a reason, held until `visibleAt` is durable.
    package init(
        _ error: StreamError, visibleAt: LSN = .none, nextOffset: StreamPosition? = nil,
        earliestOffset: StreamPosition? = nil
    ) {
        self.earliestOffset = earliestOffset
        self.error = error
        self.visibleAt = visibleAt
        self.nextOffset = nextOffset
    }
}
