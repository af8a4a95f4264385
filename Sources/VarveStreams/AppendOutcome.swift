package import VarveLog

/// What became of a request to append or to close.
package struct AppendOutcome {
    /// The ways to succeed.
    package enum Kind: Equatable, Sendable {
        /// The body was appended.
        case appended
        /// The body was appended and the stream closed behind it.
        case appendedClosed
        /// The stream was closed without a body.
        case closed
        /// The producer's append was there already; nothing changed.
        case duplicate
        /// The stream was closed already by just this request, or by any when it names no producer;
        /// nothing changed.
        case closedAgain
    }

    /// What happened.
    package var kind: Kind
    /// The stream's tail afterwards.
    package var tail: StreamPosition
    /// Whether the stream is closed afterwards.
    package var isClosed: Bool
    /// The producer's current epoch; 0 when the request names no producer.
    package var producerEpoch: UInt64 = 0
    /// The producer's highest accepted sequence number; 0 when the request names no producer.
    package var producerSequence: UInt64 = 0
    /// The answer may leave when this is durable.
    package var visibleAt: LSN
}
