// GET {base}/__ds/heads/NAME: the head of a stream's chain, signed.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind `__ds/heads`.
enum SignedHeads {
    /// A head, and when it may be shown.
    private typealias Found = (head: SignedHead, visibleAt: LSN)

    /// Answers with the signed head of `name` at the query's offset, or at its durable tail.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        let core = responder.core
        do throws(Refusal) {
            let position = try position(request.query)
            let stream: Stream
            do throws(StreamRefusal) {
                stream = try core.engine.lookUp(name, blocking: false)
            } catch {
                if error.needsDisk { return ColdStream.load(name, request, responder) }
                throw Refusal(error)
            }
            do throws(StreamRefusal) {
                let found = try core.engine.signedHead(
                    stream, at: position, by: core.signer, blocking: false)
                answer(found, responder)
            } catch {
                guard case .log(.wouldBlock) = error.error else { throw Refusal(error) }
                answerFromDisk(stream, at: position, responder)
            }
        } catch {
            responder.refuse(error)
        }
    }

    private static func answerFromDisk(
        _ stream: Stream, at position: StreamPosition?, _ responder: Responder
    ) {
        let (engine, signer) = (responder.core.engine, responder.core.signer)
        PoolWork.begin(on: responder.core.pool, responder) { () -> Result<Found, StreamRefusal> in
            Result { () throws(StreamRefusal) in
                try engine.signedHead(stream, at: position, by: signer, blocking: true)
            }
        } answer: { outcome in
            switch outcome {
            case .success(let found): answer(found, responder)
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
    }

    /// Every answer is signed anew, with its time: it is of no use to a cache.
    private static func answer(_ found: Found, _ responder: Responder) {
        responder.send(.ok, gate: found.visibleAt) { writer in
            let position = found.head.statement.position
            writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
            writer.header("Stream-Next-Offset", hexadecimal: position.record, position.byte)
            if found.head.statement.isClosed { writer.lines("Stream-Closed: true\r\n") }
        } body: { buffer in
            buffer.append(text: found.head.json)
        }
    }

    /// The offset of a query; nil = the tail.
    private static func position(
        _ query: UnsafeRawBufferPointer
    ) throws(Refusal) -> StreamPosition? {
        let request = try ReadRequest.parse(query).get()
        guard request.mode == .catchUp else { throw Refusal(.invalidLiveMode) }
        guard request.namesOffset else { return nil }
        switch request.start {
        case .start: return .start
        case .now: return nil
        case .position(let position): return position
        }
    }
}
