import Foundation
import FoundationNetworking
import Synchronization

/// Collects one answer into memory, up to a bound, and resumes the task that waits for it.
final class AnswerCollector: AnswerReceiver {
    /// How the exchange ended.
    typealias Outcome = Result<Answer, ClientError>

    let subject: String
    private let bytesMax: Int
    private let state = Mutex(State())

    /// What is known so far.
    private struct State {
        var head: AnswerHead?
        var body = Data()
        var isTooLarge = false
        var isCancelled = false
        var task: URLSessionDataTask?
        var continuation: CheckedContinuation<Outcome, Never>?
    }

    init(subject: String, bytesMax: Int) {
        self.subject = subject
        self.bytesMax = bytesMax
    }

    /// Sets whom to resume at the end; called before the request starts.
    func wait(_ continuation: CheckedContinuation<Outcome, Never>) {
        state.withLock { $0.continuation = continuation }
    }

    /// Takes the task, so that it can be cancelled.
    func adopt(_ task: URLSessionDataTask) {
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Gives up: the waiting task is resumed with an error of kind `cancelled`.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    func received(_ head: AnswerHead) {
        state.withLock { $0.head = head }
    }

    func received(_ bytes: Data) {
        let tooLarge = state.withLock { (state: inout State) -> URLSessionDataTask? in
            guard state.body.count + bytes.count <= bytesMax else {
                state.isTooLarge = true
                state.body = Data()
                return state.task
            }
            state.body.append(bytes)
            return nil
        }
        tooLarge?.cancel()
    }

    func finished(_ failure: ClientError?) {
        let final = state.withLock { state in
            defer { state.continuation = nil }
            return state
        }
        final.continuation?.resume(returning: outcome(of: final, failure))
    }

    /// What the waiting task is told.
    private func outcome(of state: State, _ failure: ClientError?) -> Outcome {
        if state.isTooLarge {
            let detail = "the answer is larger than the limit of \(bytesMax) bytes"
            return .failure(
                ClientError(
                    .invalidAnswer, status: state.head?.status, code: "answer-too-large",
                    detail: detail, subject: subject))
        }
        if let failure { return .failure(failure) }
        guard let head = state.head else {
            return .failure(.withoutAnswer(subject: subject))
        }
        return .success(Answer(head: head, body: state.body))
    }
}
