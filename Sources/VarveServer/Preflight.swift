// OPTIONS: what scripts of other sites may send.

import VarveHTTP

/// The operation behind OPTIONS.
enum Preflight {
    /// Answers a preflight for any path.
    static func answer(_ responder: Responder) {
        responder.send(.noContent) { writer in
            responder.core.crossOrigin.writePreflight(to: writer)
        }
    }
}
