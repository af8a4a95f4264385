// GetMany: the values of many keys in frames, all of one state of the store.

import VarveConnect
import VarveHTTP
import VarveStore

/// The operation behind store.query.v1 GetMany.
enum StoreGetMany {
    /// Answers a request for many keys.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let call = context.call
        let question = try StoreQuestion(GetManyRequest.self, request, call) {
            (asked) throws(ConnectError) in
            guard !asked.keys.isEmpty else {
                throw ConnectError(
                    .invalidArgument, .invalidBatch, "there is no key", call.method, field: "keys")
            }
            for (index, key) in asked.keys.enumerated() {
                try StoreChecks.key(key, field: "keys[\(index)]", call)
            }
            return (request: asked, rows: try StoreChecks.frameRows(asked.batchSize, call))
        }
        FrameStream.begin(context, responder) { (context) throws(ConnectError) in
            let asked = try question.asked()
            let snapshot = try context.snapshot(atLeast: asked.request.minSequence)
            return GetManyFrames(context, snapshot, asked.request.keys, frameRows: asked.rows)
        }
    }
}
