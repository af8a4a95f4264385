// What the network calls on one event loop.

import VarveHTTP
import VarveNetwork

/// Answers the requests of one event loop.
///
/// Thread rule: its loop only.
final class LoopHandler: RequestHandler {
    private let state: LoopState

    /// A handler with the server's part of its loop.
    init(_ state: LoopState) {
        self.state = state
    }

    func handle(_ request: borrowing RequestView, _ exchange: Exchange) {
        Router.answer(
            request,
            Responder(
                state: state, exchange: exchange, operation: .none,
                originPlace: state.core.crossOrigin.place(of: request.header(.origin)),
                line: state.core.logger.includes(.debug) ? Self.line(request) : nil))
    }

    func takesLargeBody(_ request: borrowing RequestView) -> Bool {
        state.core.store != nil && StoreMethod.find(request.path)?.takesBatch == true
    }

    func refuse(_ refusal: ConnectionRefusal, _ writer: ResponseWriter) -> [UInt8] {
        state.metrics.count(.none, status: Int(refusal.status.rawValue))
        state.core.crossOrigin.write(to: writer, place: nil)
        writer.header("Content-Type", ProblemJSON.contentType)
        writer.lines("Cache-Control: no-store\r\n")
        return refusal.problem
    }

    /// The request as it is logged.
    private static func line(_ request: borrowing RequestView) -> String {
        let method = String(decoding: request.methodName, as: UTF8.self)
        return "\(method) \(String(decoding: request.target, as: UTF8.self))"
    }

    func turnEnds() { state.turn() }
}
