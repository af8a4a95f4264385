// Get: the value of one key, by the loop when that waits for nothing.

import VarveConnect
import VarveHTTP
import VarveStore

/// The operation behind store.query.v1 Get.
enum StoreGet {
    /// Longer values are the pool's.
    private static let loopBytesMax = 64 << 10

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
        if let asked = question.askedAtOnce, let answer = try answerAtHand(asked, context) {
            return responder.send(answer)
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

    /// The answer, if the value lies in memory; nil leaves everything to the pool.
    private static func answerAtHand(
        _ asked: GetRequest, _ context: StoreWork.Context
    ) throws(ConnectError) -> StoreAnswer? {
        try context.checkDeadline()
        // Compressing takes long.
        guard context.call.answerCoding == .identity else { return nil }
        let found = try context.wrap { () throws(StoreError) in
            try context.store.valueAtHand(of: asked.key, bytesMax: loopBytesMax)
        }
        guard let found, found.sequence >= asked.minSequence ?? 0 else { return nil }
        let response = GetResponse(
            value: found.value, detail: QueryDetail(sequence: found.sequence))
        return .message(try context.encode(response), context.call)
    }
}
