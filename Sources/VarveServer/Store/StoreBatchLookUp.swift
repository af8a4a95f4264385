// Get of the log: one whole batch by its number.

import VarveConnect
import VarveHTTP
import VarveStore

/// The operation behind log.stream.v1 Get.
enum StoreBatchLookUp {
    /// Answers a request for one batch.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let question = try StoreQuestion(BatchRequest.self, request, context.call) { $0.sequence }
        StoreWork.answer(context, responder, on: responder.core.storePool) {
            (context) throws(ConnectError) in
            let sequence = try question.asked()
            let image = try context.wrap { () throws(StoreError) in
                try context.store.image(of: sequence)
            }
            return try BatchMessage.encode(image.sequence, image.kind, context) {
                (list) throws(MessageFault) in
                try image.forEach { (key, value) throws(MessageFault) in
                    try list.append(key, value)
                }
            }
        }
    }
}
