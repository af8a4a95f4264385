import Foundation

/// Turns the body of a live answer into what its consumer asked for.
protocol LiveDecoder: Sendable {
    /// One thing that the answer brings: an event, a message.
    associatedtype Element: Sendable

    /// What an answer with an error status says.
    static func refusal(in answer: Answer) -> ClientError

    /// Takes a piece of the body, as it came from the socket.
    ///
    /// - Parameter give: is called for each element that the piece completes, in order, with the
    ///   number of bytes that it keeps in memory.
    /// - Returns: true when the body says that it ends here.
    /// - Throws: `ClientError` for bytes that are no answer, and for a failure that the body
    ///   itself tells of; what was given before counts.
    mutating func decode(
        _ bytes: Data, _ give: (Element, Int) -> Void
    ) throws(ClientError) -> Bool

    /// Why an answer is incomplete whose connection ended here; nil when it may end here.
    var interruption: ClientError? { get }
}
