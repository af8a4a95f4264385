import Foundation

/// Takes the parts of one answer, in order, on the transport's delegate queue.
protocol AnswerReceiver: AnyObject, Sendable {
    /// What the request was, for messages.
    var subject: String { get }
    /// The head has arrived.
    func received(_ head: AnswerHead)
    /// A piece of the body has arrived, as it came from the socket.
    func received(_ bytes: Data)
    /// The answer is complete (nil), or there will be no more of it.
    func finished(_ failure: ClientError?)
}
