// A server-sent event stream being read: its head, and the events as they come.

/// An open event stream.
package final class EventStream {
    /// The response's head.
    package let head: Reply
    /// True once the server has ended the stream.
    package private(set) var hasEnded = false
    private let connection: ClientConnection
    private var payload: [UInt8] = []

    /// Reads the head of the response on `connection`, and its body when it is not an event stream.
    init(_ connection: ClientConnection) throws {
        self.connection = connection
        var head = try connection.readHead()
        if head["transfer-encoding"] == nil {
            head.body = try connection.readBody(of: head)
            hasEnded = true
        }
        self.head = head
    }

    /// Everything received so far, as text.
    package var text: String { String(decoding: payload, as: UTF8.self) }

    /// The complete events received so far.
    package var events: [ServerSentEvent] { ServerSentEvent.parse(text) }

    /// The data of all data events so far, one string each.
    package var data: [String] { events.filter { $0.type == "data" }.map(\.data) }

    /// The control events so far.
    package var controls: [ServerSentEvent] { events.filter { $0.type == "control" } }

    /// Reads on until `isEnough` holds, or the stream ends; the connection's patience limits the
    /// wait.
    @discardableResult
    package func read(until isEnough: ([ServerSentEvent]) -> Bool) throws -> [ServerSentEvent] {
        if hasEnded { return events }
        (payload, hasEnded) = try connection.readChunks(appendingTo: payload) {
            isEnough(ServerSentEvent.parse(String(decoding: $0, as: UTF8.self)))
        }
        return events
    }

    /// Reads on until `count` control events have come.
    @discardableResult
    package func read(controls count: Int) throws -> [ServerSentEvent] {
        try read { events in events.count { $0.type == "control" } >= count }
    }

    /// Reads on until the text contains `mark`.
    package func read(untilText mark: String) throws {
        if hasEnded { return }
        let needle = Array(mark.utf8)
        (payload, hasEnded) = try connection.readChunks(appendingTo: payload) {
            $0.firstIndex(of: needle, from: 0) != nil
        }
    }

    /// Reads on until so many bytes have come, and not further than the chunk that brings them.
    package func read(bytes count: Int) throws {
        if hasEnded { return }
        (payload, hasEnded) = try connection.readChunks(appendingTo: payload) {
            $0.count >= count
        }
    }

    /// Reads to the end of the stream.
    @discardableResult
    package func readToEnd() throws -> [ServerSentEvent] {
        try read { _ in false }
    }
}
