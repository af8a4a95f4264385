// POST: appends to a stream, closes it, or both. The hot path: nothing here allocates.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveStreams

/// The operation behind POST.
enum Append {
    /// Answers a request to append to `name`.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        let stream: Stream
        do throws(StreamRefusal) {
            stream = try responder.core.engine.lookUp(name, blocking: false)
        } catch {
            if error.needsDisk { return ColdStream.load(name, request, responder) }
            return responder.refuse(Refusal(error))
        }
        do throws(Refusal) {
            let command = try command(request)
            let outcome: AppendOutcome
            do throws(StreamRefusal) {
                outcome = try responder.core.engine.append(command, to: stream)
            } catch {
                throw Refusal(error)
            }
            answer(outcome, command, bodyCount: request.body.count, responder)
        } catch {
            responder.refuse(error, request)
        }
    }

    @inline(__always)
    private static func answer(
        _ outcome: AppendOutcome, _ command: AppendCommand, bodyCount: Int, _ responder: Responder
    ) {
        var status = HTTPStatus.noContent
        switch outcome.kind {
        case .appended, .appendedClosed:
            responder.metrics.appends.add()
            responder.metrics.appendBytes.add(UInt64(bodyCount))
            if command.producer != nil { status = .ok }
        case .closed, .duplicate, .closedAgain: break
        }
        responder.send(status, gate: outcome.visibleAt, body: status == .ok ? .empty : nil) {
            writer in
            writer.header(
                "Stream-Next-Offset", hexadecimal: outcome.tail.record, outcome.tail.byte)
            if outcome.isClosed { writer.lines("Stream-Closed: true\r\n") }
            if command.producer != nil {
                writer.header("Producer-Epoch", decimal: outcome.producerEpoch)
                writer.header("Producer-Seq", decimal: outcome.producerSequence)
            }
        }
    }

    @inline(__always)
    private static func command(
        _ request: borrowing RequestView
    ) throws(Refusal) -> AppendCommand {
        var command = AppendCommand()
        command.content = .body(request.body)
        command.closes = request.closesStream
        if let type = request.header(.contentType), !type.isEmpty { command.contentType = type }
        if let sequence = request.header(.streamSeq) {
            guard !request.isRepeated(.streamSeq) else { throw Refusal(.invalidSequence) }
            command.sequence = sequence
        }
        if request.header(.producerID) != nil || request.header(.producerEpoch) != nil
            || request.header(.producerSeq) != nil
        {
            command.producer = try producer(request)
        }
        if let token = request.header(.ifMatch) {
            guard let position = OffsetToken.parse(unquoted(token)), !request.isRepeated(.ifMatch)
            else { throw Refusal(.invalidPrecondition) }
            command.ifMatch = position
        }
        return command
    }

    private static func producer(
        _ request: borrowing RequestView
    ) throws(Refusal) -> ProducerTuple {
        guard let id = request.header(.producerID), !id.isEmpty,
            let epoch = request.header(.producerEpoch).flatMap({ DecimalDigits.parse($0) }),
            let sequence = request.header(.producerSeq).flatMap({ DecimalDigits.parse($0) }),
            !request.isRepeated(.producerID), !request.isRepeated(.producerEpoch),
            !request.isRepeated(.producerSeq)
        else { throw Refusal(.invalidProducer) }
        return ProducerTuple(id: id, epoch: epoch, sequence: sequence)
    }

    /// An offset given as an entity tag, or bare.
    private static func unquoted(_ token: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard token.count >= 2, token[0] == UInt8(ascii: "\""),
            token[token.count - 1] == UInt8(ascii: "\"")
        else { return token }
        return UnsafeRawBufferPointer(rebasing: token[1..<(token.count - 1)])
    }
}
