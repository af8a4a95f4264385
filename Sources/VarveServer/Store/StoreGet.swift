// Get: the value of one key.

import VarveConnect
import VarveHTTP
import VarveStore

/// The operation behind store.query.v1 Get.
enum StoreGet {
    /// Answers a request for one key.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let call = context.call
        let question = try StoreQuestion(GetRequest.self, request, call) {
            (asked) throws(ConnectError) in
            try StoreChecks.key(asked.key, field: "key", call)
            return asked
        }
        StoreWork.answer(context, responder, on: responder.core.storePool) {
            (context) throws(ConnectError) in
            let asked = try question.asked()
            let snapshot = try context.snapshot(atLeast: asked.minSequence)
            let value = try context.wrap { () throws(StoreError) in try snapshot.get(asked.key) }
            return try context.encode(
                GetResponse(value: value, detail: QueryDetail(sequence: snapshot.sequence)))
        }
    }
}
