import Foundation
import FoundationNetworking
import Synchronization

/// The delegate of the transport's session: finds the receiver of a task and passes on its parts.
final class AnswerRouter: NSObject, URLSessionDataDelegate {
    private let receivers = Mutex<[Int: any AnswerReceiver]>([:])

    /// Routes what `task` receives to `receiver`; called before the task is started.
    func register(_ receiver: any AnswerReceiver, for task: URLSessionDataTask) {
        receivers.withLock { $0[task.taskIdentifier] = receiver }
    }

    private func receiver(of task: URLSessionTask) -> (any AnswerReceiver)? {
        receivers.withLock { $0[task.taskIdentifier] }
    }

    /// The head of an answer.
    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        guard let receiver = receiver(of: dataTask), let response = response as? HTTPURLResponse
        else {
            completionHandler(.cancel)
            return
        }
        let head = AnswerHead(
            status: response.statusCode, response: response, subject: receiver.subject)
        receiver.received(head)
        completionHandler(.allow)
    }

    /// A piece of a body.
    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        receiver(of: dataTask)?.received(data)
    }

    /// The end of an answer, or of the hope for one.
    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let receiver = receivers.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        guard let receiver else { return }
        receiver.finished(error.map { TransportFailure.error($0, subject: receiver.subject) })
    }
}
