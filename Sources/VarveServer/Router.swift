// Every method of every path, on one screen.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork

/// Hands requests to their operations.
enum Router {
    /// Answers `request`.
    static func answer(_ request: borrowing RequestView, _ responder: Responder) {
        if request.method == .options { return Preflight.answer(responder.with(.preflight)) }
        let route = Route.find(
            request.path, basePath: responder.core.basePath.bytes, names: responder.state.names)
        switch (route, request.method) {
        case (.stream(let name), .post):
            Append.answer(request, name: name, responder.with(.append))
        case (.stream(let name), .get): Read.answer(request, name: name, responder.with(.read))
        case (.stream(let name), .head): Head.answer(request, name: name, responder.with(.head))
        case (.stream(let name), .put): Create.answer(request, name: name, responder.with(.create))
        case (.stream(let name), .delete):
            Delete.answer(request, name: name, responder.with(.delete))
        case (.invalidName, .get), (.invalidName, .head), (.invalidName, .put),
            (.invalidName, .post),
            (.invalidName, .delete):
            responder.refuse(Refusal(.invalidName))
        case (.list, .get), (.list, .head): List.answer(request, responder.with(.list))
        case (.settle, .post): Settle.answer(responder.with(.settle))
        case (.compact, .post): Compact.answer(responder.with(.compact))
        case (.stats, .get), (.stats, .head): Statistics.answer(request, responder.with(.stats))
        case (.backup, .post): Backup.answer(request, responder.with(.backup))
        case (.keys, .get), (.keys, .head): Keys.answer(responder.with(.keys))
        case (.signedHead(let name), .get), (.signedHead(let name), .head):
            SignedHeads.answer(request, name: name, responder.with(.signedHead))
        case (.verify(let name), .post): Verify.answer(request, name: name, responder.with(.verify))
        case (.trim(let name), .post): Trim.answer(request, name: name, responder.with(.trim))
        case (.redact(let name), .post): Redact.answer(request, name: name, responder.with(.redact))
        case (.health, .get), (.health, .head): Health.answer(responder.with(.health))
        case (.ready, .get), (.ready, .head): Ready.answer(responder.with(.ready))
        case (.metrics, .get), (.metrics, .head): Metrics.answer(responder.with(.metrics))
        case (.store(let method), _):
            StoreRouter.answer(request, method, responder.with(method.operation))
        case (.unknownStoreMethod, _): StoreRouter.refuseUnknown(responder)
        case (.subscriptions, _): responder.refuseSubscriptions()
        case (.unknown, _): responder.refuse(Refusal(.notFound))
        case (_, .unknown): responder.refuse(Refusal(.notImplemented))
        case (.stream, _), (.invalidName, _):
            responder.refuse(Refusal(.methodNotAllowed), allow: CrossOrigin.methods)
        case (.settle, _), (.compact, _), (.trim, _), (.redact, _), (.backup, _), (.verify, _):
            responder.refuse(Refusal(.methodNotAllowed), allow: "POST, OPTIONS")
        case (.list, _), (.stats, _), (.keys, _), (.signedHead, _), (.health, _), (.ready, _),
            (.metrics, _):
            responder.refuse(Refusal(.methodNotAllowed), allow: "GET, HEAD, OPTIONS")
        }
    }
}
