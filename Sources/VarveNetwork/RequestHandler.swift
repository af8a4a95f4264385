// What the network calls for every request: the seam to the server's routes.

package import VarveHTTP

/// Answers the requests of one event loop.
///
/// Thread rule: every method is called on the loop that the handler was made for, and none of them
/// may block.
package protocol RequestHandler: AnyObject {
    /// Answers one complete request. The views die with the call. Before it returns, or later if
    /// the exchange was parked, exactly one response is given.
    func handle(_ request: borrowing RequestView, _ exchange: Exchange)

    /// Whether `request` may be handled while earlier responses of its connection still wait for
    /// their gate. Otherwise it waits for them.
    func mayFollowGated(_ request: borrowing RequestView) -> Bool

    /// Whether the body of `request`, whose head is there and nothing else, may have
    /// `largeBodyBytesMax` bytes. Only asked when it has more than others may have.
    func takesLargeBody(_ request: borrowing RequestView) -> Bool

    /// Writes the headers of a response that the network gives by itself, without Content-Length
    /// and the end of the head, and returns its body.
    func refuse(_ refusal: ConnectionRefusal, _ writer: ResponseWriter) -> [UInt8]

    /// A turn ends: all its requests are handled, nothing is sent yet.
    func turnEnds()

    /// Gates up to `mark` are open; the responses behind them leave in this turn.
    func released(through mark: UInt64)
}

extension RequestHandler {
    /// Requests that change something may follow; reads wait, to see what was written before them.
    package func mayFollowGated(_ request: borrowing RequestView) -> Bool {
        switch request.method {
        case .post, .put, .delete: true
        default: false
        }
    }

    /// A problem document with the headers that every response has.
    package func refuse(_ refusal: ConnectionRefusal, _ writer: ResponseWriter) -> [UInt8] {
        writer.header("Content-Type", ProblemJSON.contentType)
        writer.header("X-Content-Type-Options", "nosniff")
        writer.header("Cross-Origin-Resource-Policy", "cross-origin")
        return refusal.problem
    }

    package func takesLargeBody(_ request: borrowing RequestView) -> Bool { false }

    package func turnEnds() {}
    package func released(through mark: UInt64) {}
}
