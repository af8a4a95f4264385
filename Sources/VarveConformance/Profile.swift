/// What is asked of a server.
package enum Profile: String, Sendable, CaseIterable {
    /// The Durable Streams Protocol: what any of its servers does.
    case core
    /// The protocol and what Varve promises beyond it: the codes of its problems, its HTTP
    /// strictness, listing, health and metrics.
    case varve
}
