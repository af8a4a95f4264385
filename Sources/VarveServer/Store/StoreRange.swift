// Range: the rows of a range in frames, all of one state of the store.

import VarveConnect
import VarveHTTP
import VarveIndex
import VarveStore

/// The operation behind store.query.v1 Range.
enum StoreRange {
    /// Answers a request to scan a range.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let call = context.call
        let question = try StoreQuestion(RangeRequest.self, request, call) {
            (asked) throws(ConnectError) in
            try StoreChecks.key(asked.start, field: "start", call)
            try StoreChecks.key(asked.end, field: "end", call)
            let rows = try StoreChecks.frameRows(asked.batchSize, call)
            return (request: asked, rows: rows, order: try order(asked, call))
        }
        FrameStream.begin(context, responder) { (context) throws(ConnectError) in
            let (asked, rows, order) = try question.asked()
            let snapshot = try context.snapshot(atLeast: asked.minSequence)
            let cursor = ScanCursor(
                snapshot, from: asked.start, through: asked.end, order: order)
            return RangeFrames(
                context, cursor, snapshot.sequence, limit: asked.limit.map { Int($0) },
                frameRows: rows)
        }
    }

    private static func order(
        _ asked: RangeRequest, _ call: StoreCall
    ) throws(ConnectError) -> ScanOrder {
        switch asked.mode {
        case RangeRequest.Mode.forward: return .ascending
        case RangeRequest.Mode.reverse: return .descending
        default:
            throw ConnectError(
                .invalidArgument, .invalidTraversalMode, "mode is none of TraversalMode",
                call.method, field: "mode")
        }
    }
}
