// Work of the store that may wait for the disk: a pool of its own does it, so that long scans never
// stand before the reads of streams.

import VarveConnect
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStore

/// Calls that a pool answers.
enum StoreWork {
    /// What the pool needs of the call and the server.
    struct Context: Sendable {
        /// The call.
        let call: StoreCall
        /// The store.
        let store: Store
        /// What all loops share.
        let core: ServerCore

        /// What an error of the store is to the caller; it is logged if an operator should know.
        func fault(_ error: StoreError) -> ConnectError {
            if let cause = error.operatorsCause {
                core.logger.log(
                    .error, "request failed",
                    ["operation": .text(call.method.operation.name), "cause": .text(cause)])
            }
            return ConnectError(error, call.method)
        }

        /// Does work of the store.
        func wrap<Result>(
            _ body: () throws(StoreError) -> Result
        ) throws(ConnectError) -> Result {
            do throws(StoreError) {
                return try body()
            } catch {
                throw fault(error)
            }
        }

        /// The state that a query reads: as it is now.
        ///
        /// - Throws: `aborted` when it is behind what the client must see.
        func snapshot(atLeast required: UInt64?) throws(ConnectError) -> StoreSnapshot {
            try wrap { () throws(StoreError) in
                let snapshot = try store.snapshot()
                if let required, snapshot.sequence < required {
                    throw .notReady(required: required, current: snapshot.sequence)
                }
                return snapshot
            }
        }

        /// Refuses a call whose client has stopped waiting.
        func checkDeadline() throws(ConnectError) {
            guard let deadline = call.deadline else { return }
            if core.clock.monotonicNanoseconds() / 1_000_000 >= deadline {
                throw .deadlineExceeded
            }
        }

        /// A message of the answer.
        func encode(_ message: some WritableMessage, room: Int = 0) throws(ConnectError) -> [UInt8]
        {
            do throws(MessageFault) {
                return try call.format.encode(message, room: room)
            } catch {
                throw ConnectError(error)
            }
        }
    }

    /// Has `work` make the message of a unary answer on `pool`, and sends it. What takes long
    /// returns nil now and then: it is called again behind everybody who came meanwhile.
    static func answer(
        _ context: Context, _ responder: Responder, on pool: ReadPool,
        _ work: @escaping @Sendable (Context) throws(ConnectError) -> [UInt8]?
    ) {
        PoolWork.beginTurns(on: pool, responder) { (isWaited) -> StoreAnswer? in
            do throws(ConnectError) {
                try context.checkDeadline()
                guard let bytes = try work(context) else {
                    if isWaited { return nil }
                    throw ConnectError(.canceled, "the client has left")
                }
                // What comes too late is told so: the client must not take it for fresh.
                try context.checkDeadline()
                return .message(bytes, context.call)
            } catch {
                return .failure(error, context.call)
            }
        } answer: {
            responder.send($0)
        }
    }
}
