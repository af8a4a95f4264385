import Foundation
import FoundationNetworking
import Synchronization

/// One answer that brings one thing after the other, from its request to its end.
///
/// The queue is bounded: when the consumer falls behind, the answer is cancelled, and after the
/// queue comes `overflowed`. One element is taken whatever its size, so that there is progress.
///
/// Thread rule: one consumer; the transport's delegate queue delivers. The mutex is between them.
final class LiveAnswer<Decoder: LiveDecoder>: AnswerReceiver {
    /// What comes next.
    enum Step: Sendable {
        /// An event or a message.
        case element(Decoder.Element)
        /// The answer ended in good order.
        case ended
        /// The consumer was too slow; the rest of the answer is lost.
        case overflowed
    }

    private typealias Waiter = CheckedContinuation<Result<Step, ClientError>, Never>

    let subject: String
    private let bufferBytesMax: Int
    private let makeDecoder: @Sendable (AnswerHead) -> Decoder
    private let state = Mutex(State())

    /// A refusal's body is read up to here.
    private static var refusalBytesMax: Int { 256 << 10 }

    /// What is known so far.
    private struct State {
        var task: URLSessionDataTask?
        var isCancelled = false
        var head: AnswerHead?
        var decoder: Decoder?
        var refusal = Data()
        var queue = LiveQueue<Decoder.Element>()
        var end: Result<Step, ClientError>?
        var waiter: Waiter?
    }

    /// The answer to a request that is still to be sent, with this as its receiver.
    ///
    /// - Parameters:
    ///   - subject: what the request is, for messages.
    ///   - bufferBytesMax: the most bytes of elements that wait to be taken.
    ///   - makeDecoder: makes the decoder of an answer that is none of an error.
    init(
        subject: String, bufferBytesMax: Int,
        makeDecoder: @escaping @Sendable (AnswerHead) -> Decoder
    ) {
        self.subject = subject
        self.bufferBytesMax = bufferBytesMax
        self.makeDecoder = makeDecoder
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

    /// Waits for the next element or the end.
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
        state.withLock { state in
            state.head = head
            if head.status == 200 { state.decoder = makeDecoder(head) }
        }
    }

    func received(_ bytes: Data) {
        let (resumed, cancelled) = state.withLock { state in
            guard state.end == nil else { return (nil as Resumption?, state.task) }
            Self.decode(bytes, in: &state)
            if state.end == nil, state.queue.byteCount > bufferBytesMax, state.queue.count > 1 {
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
    private static func decode(_ bytes: Data, in state: inout State) {
        guard var decoder = state.decoder.take() else {
            state.refusal.append(bytes.prefix(refusalBytesMax - state.refusal.count))
            return
        }
        do throws(ClientError) {
            let isEnd = try decoder.decode(bytes) { state.queue.append($0, byteCount: $1) }
            if isEnd { state.end = .success(.ended) }
        } catch {
            state.end = .failure(error)
        }
        state.decoder = decoder
    }

    /// The oldest element, else the end, else nil.
    private static func take(_ state: inout State) -> Result<Step, ClientError>? {
        state.queue.take().map { .success(.element($0)) } ?? state.end
    }

    /// The waiting consumer, if there is one and something for it.
    private static func resumption(_ state: inout State) -> Resumption? {
        guard let waiter = state.waiter, let result = take(&state) else { return nil }
        state.waiter = nil
        return Resumption(waiter: waiter, result: result)
    }

    /// How an answer ended that did not say so itself.
    private func ending(
        of state: State, _ failure: ClientError?
    ) -> Result<Step, ClientError> {
        if let failure { return .failure(failure) }
        if let decoder = state.decoder {
            return decoder.interruption.map { .failure($0) } ?? .success(.ended)
        }
        guard let head = state.head else {
            return .failure(.withoutAnswer(subject: subject))
        }
        return .failure(Decoder.refusal(in: Answer(head: head, body: state.refusal)))
    }
}
