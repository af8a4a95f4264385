// Every method of the store, on one screen.

import VarveConnect
import VarveHTTP
import VarveNetwork
import VarveStore

/// Hands calls of the store to their operations.
enum StoreRouter {
    /// Answers `request`, whose path names `method`.
    static func answer(
        _ request: borrowing RequestView, _ method: StoreMethod, _ responder: Responder
    ) {
        guard let store = responder.core.store else {
            return responder.refuse(Refusal(.notFound))
        }
        let call: StoreCall
        do throws(StoreCallFault) {
            call = try StoreCall(
                request, method, now: responder.loop.nowMilliseconds,
                messageBytesMax: messageBytesMax(of: method, responder.core.configuration))
        } catch {
            return refuse(error, request, method, responder)
        }
        let context = StoreWork.Context(call: call, store: store, core: responder.core)
        do throws(ConnectError) {
            switch method {
            case .put, .delete: try StorePut.answer(request, context, responder)
            case .get: try StoreGet.answer(request, context, responder)
            case .getMany: try StoreGetMany.answer(request, context, responder)
            case .range: try StoreRange.answer(request, context, responder)
            case .reduce: try StoreReduce.answer(request, context, responder)
            case .batch: try StoreBatchLookUp.answer(request, context, responder)
            case .subscribe: try StoreSubscribe.answer(request, context, responder)
            case .setRetention: try StoreSetRetention.answer(request, context, responder)
            case .prune: try StorePrune.answer(request, context, responder)
            }
        } catch {
            responder.fail(call, error)
        }
    }

    /// Answers a call of a method that its service does not have: clients of the protocol expect
    /// `unimplemented` with 404, whatever kind of call they made.
    static func refuseUnknown(_ responder: Responder) {
        guard responder.core.store != nil else { return responder.refuse(Refusal(.notFound)) }
        responder.send(
            StoreAnswer(
                status: .notFound,
                body: ConnectError(.unimplemented, "the service has no method of that name").json,
                contentType: "application/json", coding: .identity, envelopeCoding: .identity))
    }

    /// The most bytes of a message to a method, decompressed.
    private static func messageBytesMax(
        of method: StoreMethod, _ configuration: ServerConfiguration
    ) -> Int {
        method.takesBatch ? configuration.storeBodyBytes : configuration.maxBodyBytes
    }

    private static func refuse(
        _ fault: StoreCallFault, _ request: borrowing RequestView, _ method: StoreMethod,
        _ responder: Responder
    ) {
        switch fault {
        case .method: responder.refuse(Refusal(.methodNotAllowed), allow: method.allowed)
        case .contentType: responder.refuse(Refusal(.unsupportedMediaType))
        case .connect(let error):
            // A client takes the end of a stream only in the type that it asked with.
            let asked = request.header(.contentType).flatMap { ConnectContentType($0) }
            let type = ConnectContentType(asked?.format ?? .proto, isStreaming: method.isStreaming)
            responder.fail(
                StoreCall(
                    method: method, contentType: type, requestCoding: .identity,
                    answerCoding: .identity, deadline: nil, wantsHeartbeat: false,
                    messageBytesMax: 0), error)
        }
    }
}
