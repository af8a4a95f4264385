import Foundation
import FoundationNetworking
import Synchronization
import VarveConnect

/// One answer that is a stream of messages, from its request to its end.
///
/// The queue of messages is bounded: when the consumer falls behind, the answer is cancelled, and
/// after the queue comes `overflowed`.
///
/// Thread rule: one consumer; the transport's delegate queue delivers. The mutex is between them.
final class EnvelopeConnection: AnswerReceiver {
    /// What comes next.
    enum Step: Sendable {
        /// A message, in binary.
        case message([UInt8])
        /// The stream ended in good order.
        case ended
        /// The consumer was too slow; the rest of the stream is lost.
        case overflowed
    }

    private typealias Waiter = CheckedContinuation<Result<Step, ClientError>, Never>

    let subject: String
    private let bufferBytesMax: Int
    private let state: Mutex<State>

    /// A refusal's body is read up to here.
    private static let refusalBytesMax = 256 << 10

    /// So many messages are taken before the queue moves up.
    private static let takenCountMax = 1024

    /// What is known so far.
    private struct State {
        var task: URLSessionDataTask?
        var isCancelled = false
        var head: AnswerHead?
        var decoder: EnvelopeDecoder
        var refusal = Data()
        var queue: [[UInt8]] = []
        var takenCount = 0
        var queuedBytes = 0
        var end: Result<Step, ClientError>?
        var waiter: Waiter?
    }

    init(subject: String, bufferBytesMax: Int, messageBytesMax: Int) {
        self.subject = subject
        self.bufferBytesMax = bufferBytesMax
        state = Mutex(State(decoder: EnvelopeDecoder(messageBytesMax: messageBytesMax)))
    }

    /// Takes the task, so that it can be cancelled.
    func adopt(_ task: URLSessionDataTask) {
        let isOver = state.withLock { state in
            if state.end == nil { state.task = task }
            return state.isCancelled
        }
        if isOver { task.cancel() }
    }

    /// Closes the connection; a waiting consumer gets an error of kind `cancelled`.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    /// Waits for the next message or the end.
    func next() async throws(ClientError) -> Step {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let ready = state.withLock { state in
                    let ready = Self.take(&state)
                    if ready == nil { state.waiter = waiter }
                    return ready
                }
                if let ready { waiter.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    func received(_ head: AnswerHead) {
        state.withLock { $0.head = head }
    }

    func received(_ bytes: Data) {
        let (resumed, cancelled) = state.withLock { state in
            guard state.end == nil else { return (nil as Resumption?, state.task) }
            decode(bytes, in: &state)
            // One message is taken whatever its size: there must be progress.
            if state.queuedBytes > bufferBytesMax, state.queue.count - state.takenCount > 1,
                state.end == nil
            {
                state.end = .success(.overflowed)
            }
            return (Self.resumption(&state), state.end == nil ? nil : state.task)
        }
        resumed?.resume()
        cancelled?.cancel()
    }

    func finished(_ failure: ClientError?) {
        let resumed = state.withLock { state in
            if state.end == nil { state.end = ending(of: state, failure) }
            state.task = nil
            return Self.resumption(&state)
        }
        resumed?.resume()
    }

    /// A consumer and what it is told, to be used outside the lock.
    private struct Resumption {
        let waiter: Waiter
        let result: Result<Step, ClientError>

        /// Tells the consumer.
        func resume() { waiter.resume(returning: result) }
    }

    /// Takes a piece of the body apart, into the queue and the end.
    private func decode(_ bytes: Data, in state: inout State) {
        guard state.head?.status == 200 else {
            state.refusal.append(bytes.prefix(Self.refusalBytesMax - state.refusal.count))
            return
        }
        bytes.withUnsafeBytes { state.decoder.append($0) }
        do throws(EnvelopeFault) {
            while state.end == nil, let envelope = try state.decoder.next() {
                guard !envelope.isCompressed else {
                    state.end = .failure(invalid("an envelope is compressed that was not to be"))
                    return
                }
                if envelope.endsStream {
                    state.end = end(envelope.payload)
                } else {
                    state.queue.append(envelope.payload)
                    state.queuedBytes += envelope.payload.count
                }
            }
        } catch {
            state.end = .failure(invalid("\(error)"))
        }
    }

    /// How the stream ended by what its last envelope says.
    private func end(_ payload: [UInt8]) -> Result<Step, ClientError> {
        do throws(MessageFault) {
            let error = try payload.span.withUnsafeBytes { (json) throws(MessageFault) in
                try ConnectError.readEndOfStream(json)
            }
            return error.map { .failure(StoreRefusal.error($0, subject: subject)) }
                ?? .success(.ended)
        } catch {
            return .failure(invalid("the stream's end cannot be read: \(error)"))
        }
    }

    /// How an answer ended that has no last envelope.
    private func ending(of state: State, _ failure: ClientError?) -> Result<Step, ClientError> {
        if let failure { return .failure(failure) }
        if let head = state.head, head.status != 200 {
            return .failure(StoreRefusal.error(from: Answer(head: head, body: state.refusal)))
        }
        return .failure(
            ClientError(
                .interrupted, status: state.head?.status, code: "connection-lost",
                detail: "the connection ended before the stream of messages did", subject: subject))
    }

    private func invalid(_ detail: String) -> ClientError {
        ClientError(.invalidAnswer, code: "invalid-stream", detail: detail, subject: subject)
    }

    /// The oldest queued message, else the end, else nil.
    private static func take(_ state: inout State) -> Result<Step, ClientError>? {
        guard state.takenCount < state.queue.count else { return state.end }
        let message = state.queue[state.takenCount]
        state.queue[state.takenCount] = []
        state.queuedBytes -= message.count
        state.takenCount += 1
        if state.takenCount == state.queue.count || state.takenCount == takenCountMax {
            state.queue.removeFirst(state.takenCount)
            state.takenCount = 0
        }
        return .success(.message(message))
    }

    /// The waiting consumer, if there is one and something for it.
    private static func resumption(_ state: inout State) -> Resumption? {
        guard let waiter = state.waiter, let result = take(&state) else { return nil }
        state.waiter = nil
        return Resumption(waiter: waiter, result: result)
    }
}
