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
        let asked = try StoreMessage.decode(BatchRequest.self, context.call, request)
        StoreWork.answer(context, responder, on: responder.core.storePool) {
            (context) throws(ConnectError) in
            let image = try context.wrap { () throws(StoreError) in
                try context.store.image(of: asked.sequence)
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
