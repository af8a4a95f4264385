// Whoever holds an exchange beyond the call that brought it.

/// The owner of a parked request or of an open stream.
///
/// Thread rule: called on the exchange's loop, never from inside a call on the exchange.
package protocol ExchangeOwner: AnyObject {
    /// The client has left or its connection is broken: the exchange is dead, and the connection
    /// has forgotten its owner.
    func gone()
    /// An open stream that refused a write has room again.
    func writable()
    /// The server stops: answer the parked request or end the stream now.
    func finish()
}

extension ExchangeOwner {
    package func writable() {}
}

/// Whoever set a timer.
package protocol TimerOwner: AnyObject {
    /// The time has come. The timer is spent.
    func timerFired()
}
