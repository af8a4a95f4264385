import Foundation
import FoundationNetworking

/// Sends requests and hands each answer's parts to the object that waits for them.
///
/// One URLSession for all requests of a client; its delegate queue runs one callback at a time.
/// The body of an answer arrives as it is received, nothing is collected here.
final class Transport: Sendable {
    private let session: URLSession
    private let router = AnswerRouter()

    /// More live reads than this at once wait for one another.
    private static let connectionsMax = 4096

    init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.httpMaximumConnectionsPerHost = Self.connectionsMax
        // A live read lasts as long as it lasts; silence is bounded per request.
        configuration.timeoutIntervalForResource = 365 * 24 * 3600
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        queue.name = "varve-client"
        session = URLSession(configuration: configuration, delegate: router, delegateQueue: queue)
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// Sends a request; `receiver` is told of everything that follows, `finished` last.
    ///
    /// - Returns: the task, for cancelling.
    func start(_ request: URLRequest, receiver: any AnswerReceiver) -> URLSessionDataTask {
        let task = session.dataTask(with: request)
        router.register(receiver, for: task)
        task.resume()
        return task
    }

    /// Sends a request and waits for its whole answer.
    ///
    /// - Throws: `ClientError` when there is no answer or it exceeds `bytesMax`; an error status
    ///   is an answer.
    func exchange(_ request: URLRequest, bytesMax: Int) async throws(ClientError) -> Answer {
        let collector = AnswerCollector(subject: request.subject, bytesMax: bytesMax)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                collector.wait(continuation)
                collector.adopt(start(request, receiver: collector))
            }
        } onCancel: {
            collector.cancel()
        }
        return try result.get()
    }
}

extension URLRequest {
    /// Method and URL, for messages.
    var subject: String { "\(httpMethod ?? "GET") \(url?.absoluteString ?? "")" }
}
