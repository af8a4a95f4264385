// Put and Delete: a batch into the log. Its answer waits for the commit like that of an append.

import VarveConnect
import VarveHTTP
import VarveLog
import VarveStore

/// The operation behind log.ingest.v1 Put and Delete.
enum StorePut {
    /// What staging a batch came to.
    private struct Staged: Sendable {
        let answer: StoreAnswer
        let lsn: LSN
        let count: Int
    }

    /// What became of a batch on a pool.
    private enum Outcome: Sendable {
        case staged(Staged)
        case refused(ConnectError)
        /// The log did not take it; it may in a moment.
        case overloaded(ConnectError)
    }

    /// Answers a request to write a batch.
    static func answer(
        _ request: borrowing RequestView, _ context: StoreWork.Context, _ responder: Responder
    ) throws(ConnectError) {
        let call = context.call
        try context.checkDeadline()
        if StoreMessage.isSmall(call, request) {
            // What is wrong with a batch is told before it waits.
            let batch = try encode(request.body, context)
            do throws(StoreError) {
                if let overload = context.store.overload { throw overload }
                send(try stage(batch, context), bodyCount: request.body.count, responder)
            } catch {
                // As for an append: the log may take it in a moment.
                if case .log(.overloaded) = error, responder.postpone(request, .store) { return }
                throw context.fault(error)
            }
            return
        }
        let byteCount = request.body.count
        guard let share = responder.core.batchBodies.take(byteCount) else {
            if responder.postpone(request, .batches(byteCount: byteCount)) { return }
            throw context.fault(.log(.overloaded(reason: "batches wait to be taken apart")))
        }
        answerOnPool(request, share, context, responder)
    }

    /// The same for a large batch, which a pool takes apart. Its body has its share of the memory
    /// for those until it is answered or put off.
    private static func answerOnPool(
        _ request: borrowing RequestView, _ share: ByteBudget.Share,
        _ context: StoreWork.Context, _ responder: Responder
    ) {
        let call = context.call
        let body = Array(request.body)
        let head = request.head
        let headBytes = Array(request.headBytes)
        PoolWork.begin(on: responder.core.storePool, responder) { () -> Outcome in
            defer { withExtendedLifetime(share) {} }
            do throws(ConnectError) {
                let batch = try body.span.withUnsafeBytes { (body) throws(ConnectError) in
                    try StoreMessage.with(call, body: body) { (bytes) throws(ConnectError) in
                        try encode(bytes, context)
                    }
                }
                try context.checkDeadline()
                do throws(StoreError) {
                    if let overload = context.store.overload { throw overload }
                    return .staged(try stage(batch, context))
                } catch {
                    if case .log(.overloaded) = error { return .overloaded(context.fault(error)) }
                    throw context.fault(error)
                }
            } catch {
                return .refused(error)
            }
        } answer: { outcome in
            defer { withExtendedLifetime(share) {} }
            switch outcome {
            case .staged(let staged): send(staged, bodyCount: body.count, responder)
            case .refused(let error): responder.fail(call, error)
            case .overloaded(let error):
                let isHeld = headBytes.withUnsafeBytes { headBytes in
                    body.withUnsafeBytes { body in
                        let request = RequestView(head: head, bytes: headBytes, body: body)
                        return responder.postpone(request, .store)
                    }
                }
                if !isHeld { responder.fail(call, error) }
            }
        }
    }

    private static func send(_ staged: Staged, bodyCount: Int, _ responder: Responder) {
        responder.metrics.storeBatches.add()
        responder.metrics.storeEntries.add(UInt64(staged.count))
        responder.send(staged.answer, gate: staged.lsn)
    }

    /// The batch of a message: its pairs are copied once, from the message into the batch.
    private static func encode(
        _ bytes: UnsafeRawBufferPointer, _ context: StoreWork.Context
    ) throws(ConnectError) -> EncodedBatch {
        let isDeletion = context.call.method == .delete
        let type: MessageType = isDeletion ? .deleteRequest : .putRequest
        let outcome: Result<EncodedBatch, StoreError>
        do throws(MessageFault) {
            outcome = try context.call.format.read(type, bytes) { view in
                var encoder = context.store.encoder(
                    isDeletion ? .delete : .put, capacity: bytes.count)
                var fault: StoreError?
                if isDeletion {
                    DeleteRequest.forEachKey(of: view) { append($0, nil, to: &encoder, &fault) }
                } else {
                    PutRequest.forEachEntry(of: view) { append($0, $1, to: &encoder, &fault) }
                }
                if let fault { return .failure(fault) }
                do throws(StoreError) {
                    return .success(try encoder.finish())
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw ConnectError(error)
        }
        return try context.wrap { () throws(StoreError) in try outcome.get() }
    }

    /// Appends an entry, unless one before it could not be.
    private static func append(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?,
        to encoder: inout BatchEncoder, _ fault: inout StoreError?
    ) {
        guard fault == nil else { return }
        do throws(StoreError) {
            if let value { try encoder.append(key, value) } else { try encoder.append(key) }
        } catch {
            fault = error
        }
    }

    private static func stage(
        _ batch: EncodedBatch, _ context: StoreWork.Context
    ) throws(StoreError) -> Staged {
        let (sequence, lsn) = try context.store.stage(batch)
        let response = PutResponse(sequence: sequence)
        let bytes = (try? context.call.format.encode(response)) ?? []
        return Staged(
            answer: .message(bytes, context.call), lsn: lsn, count: batch.count)
    }
}
