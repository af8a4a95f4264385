import Foundation
import FoundationNetworking
import Synchronization

/// One live answer of server-sent events, from its request to its end.
///
/// A batch is given out when its control event has arrived, so that a connection which breaks in
/// between is resumed before the batch. The queue of batches is bounded: when the consumer falls
/// behind, the answer is cancelled, and after the queue comes `overflowed`.
///
/// Thread rule: one consumer; the transport's delegate queue delivers. The mutex is between them.
final class EventConnection: AnswerReceiver {
    /// What comes next.
    enum Step: Sendable {
        /// A batch.
        case batch(StreamBatch)
        /// The server ended the answer in good order: continue with a new one.
        case ended
        /// The consumer was too slow: continue by pages.
        case overflowed
    }

    private typealias Waiter = CheckedContinuation<Result<Step, ClientError>, Never>

    let subject: String
    private let request: URLRequest
    private let contentType: String
    private let bufferBytesMax: Int
    private let state = Mutex(State())

    /// A larger event is an error: it holds a batch of the server, in base64 or as text.
    private static let eventBytesMax = 256 << 20

    /// A refusal's body is read up to here.
    private static let refusalBytesMax = 64 << 10

    /// What is known so far.
    private struct State {
        var task: URLSessionDataTask?
        var head: AnswerHead?
        var decoder: EventDecoder?
        var refusal = Data()
        var queue: [StreamBatch] = []
        var queuedBytes = 0
        var hasDelivered = false
        var end: Result<Step, ClientError>?
        var waiter: Waiter?
        var cursor: String?
    }

    /// A connection for `request`, of a stream of `contentType`.
    init(request: URLRequest, contentType: String, bufferBytesMax: Int) {
        self.request = request
        self.subject = request.subject
        self.contentType = contentType
        self.bufferBytesMax = bufferBytesMax
    }

    /// The cursor that the last batch came with.
    var cursor: String? { state.withLock { $0.cursor } }

    /// Sends the request.
    func start(_ client: StreamClient) {
        let task = client.open(request, receiver: self)
        state.withLock { $0.task = task }
    }

    /// Closes the connection; a waiting consumer gets an error of kind `cancelled`.
    func cancel() {
        state.withLock { $0.task }?.cancel()
    }

    /// Waits for the next batch or the end.
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
            guard head.status == 200 else { return }
            state.decoder = EventDecoder(
                head: head, contentType: contentType, eventBytesMax: Self.eventBytesMax)
        }
    }

    func received(_ bytes: Data) {
        let (resumed, cancelled) = state.withLock { state in
            guard state.end == nil else { return (nil as Resumption?, state.task) }
            Self.decode(bytes, in: &state)
            if state.queuedBytes > bufferBytesMax { state.end = .success(.overflowed) }
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

    /// Decodes a piece of the body into the queue.
    private static func decode(_ bytes: Data, in state: inout State) {
        guard state.decoder != nil else {
            state.refusal.append(bytes.prefix(refusalBytesMax - state.refusal.count))
            return
        }
        do throws(ClientError) {
            for event in try state.decoder?.decode(bytes) ?? [] {
                state.queue.append(event.batch)
                state.queuedBytes += event.batch.content.count
                state.cursor = event.cursor ?? state.cursor
                state.hasDelivered = true
            }
        } catch {
            state.end = .failure(error)
        }
    }

    /// The oldest queued batch, else the end, else nil.
    private static func take(_ state: inout State) -> Result<Step, ClientError>? {
        if state.queue.isEmpty { return state.end }
        let batch = state.queue.removeFirst()
        state.queuedBytes -= batch.content.count
        return .success(.batch(batch))
    }

    /// The waiting consumer, if there is one and something for it.
    private static func resumption(_ state: inout State) -> Resumption? {
        guard let waiter = state.waiter, let result = take(&state) else { return nil }
        state.waiter = nil
        return Resumption(waiter: waiter, result: result)
    }

    /// How the answer ended: the server may end one that delivered something at any time.
    private func ending(of state: State, _ failure: ClientError?) -> Result<Step, ClientError> {
        if let failure { return .failure(failure) }
        if let head = state.head, head.status != 200 {
            return .failure(ProblemDocument.error(from: Answer(head: head, body: state.refusal)))
        }
        if state.hasDelivered { return .success(.ended) }
        return .failure(
            ClientError(
                .interrupted, status: state.head?.status, code: "no-events",
                detail: "the live answer ended without an event", subject: subject))
    }
}
