// A client's conversation with one server: requests in plain words, over raw connections.

/// Request headers, in the order they are sent.
package typealias Headers = [(String, String)]

/// What a case talks to. Used by one case at a time.
package final class Session {
    /// The server of this case.
    package let server: any ConformanceServer
    /// What was expected and not found.
    private(set) var failures: [String] = []
    private let profile: Profile
    private var kept: ClientConnection?

    /// A conversation with `server`, in which expectations beyond `profile` are left out.
    package init(server: any ConformanceServer, profile: Profile = .varve) {
        self.server = server
        self.profile = profile
    }

    /// The path of the stream `name`, under the configured base path.
    package func path(_ name: String) -> String { "\(server.basePath)/\(name)" }

    /// The value of the Host header that the session sends.
    package var host: String { "\(server.place.host):\(server.place.port)" }

    /// Whether the codes of problem documents are looked at.
    var expectsProblemCodes: Bool { profile == .varve }

    /// Notes a failure of the case.
    func fail(_ text: String, file: String? = nil, line: Int = 0) {
        failures.append(file.map { "\(text) (\($0):\(line))" } ?? text)
    }

    // MARK: Requests

    /// Creates `name`.
    @discardableResult
    package func put(
        _ name: String, type: String? = "text/plain", _ headers: Headers = [], body: String? = nil
    ) throws -> Reply {
        try request("PUT", path(name), typed(type, headers), body: body.map { Array($0.utf8) })
    }

    /// Appends to `name`.
    @discardableResult
    package func post(
        _ name: String, type: String? = "text/plain", _ headers: Headers = [], body: String? = nil
    ) throws -> Reply {
        try request("POST", path(name), typed(type, headers), body: body.map { Array($0.utf8) })
    }

    /// Reads `name`; `query` is the part after the question mark.
    package func get(_ name: String, _ query: String = "", _ headers: Headers = []) throws -> Reply
    {
        try request("GET", target(name, query), headers)
    }

    /// Asks for the metadata of `name`.
    package func head(_ name: String, _ headers: Headers = []) throws -> Reply {
        try request("HEAD", path(name), headers)
    }

    /// Deletes `name`.
    @discardableResult
    package func delete(_ name: String, _ headers: Headers = []) throws -> Reply {
        try request("DELETE", path(name), headers)
    }

    /// Closes `name` without appending.
    @discardableResult
    package func close(_ name: String) throws -> Reply {
        try post(name, type: nil, [("Stream-Closed", "true")])
    }

    /// The producer headers of one append.
    package func producer(_ id: String, _ epoch: UInt64, _ sequence: UInt64) -> Headers {
        [("Producer-Id", id), ("Producer-Epoch", "\(epoch)"), ("Producer-Seq", "\(sequence)")]
    }

    /// Sends any request on the session's kept connection and reads the answer.
    package func request(
        _ method: String, _ target: String, _ headers: Headers = [], body: [UInt8]? = nil
    ) throws -> Reply {
        if let connection = kept {
            kept = nil
            if !connection.hasInput {
                return try exchange(on: connection, method, target, headers, body)
            }
        }
        return try exchange(on: try connect(), method, target, headers, body)
    }

    /// Sends a request on a connection of its own and returns at once, to read the answer later.
    package func begin(
        _ method: String, _ target: String, _ headers: Headers = [], body: [UInt8]? = nil
    ) throws -> ClientConnection {
        let connection = try connect()
        try connection.send(bytes(method, target, headers, body))
        return connection
    }

    /// Begins a long-poll on `name` and waits until the server has parked it.
    package func park(_ name: String, _ query: String) throws -> ClientConnection {
        try server.park { try begin("GET", target(name, "\(query)&live=long-poll")) }
    }

    /// Opens a server-sent event stream on `name`.
    package func subscribe(_ name: String, _ query: String) throws -> EventStream {
        try EventStream(try begin("GET", target(name, "\(query)&live=sse")))
    }

    /// A new connection to the server.
    package func connect() throws -> ClientConnection { try ClientConnection(server.place) }

    /// Sends `text` on a new connection, with every line end written as in the text, and reads one
    /// answer.
    package func raw(_ text: String) throws -> Reply {
        let connection = try connect()
        connection.sendTolerantly(Array(text.utf8))
        return try connection.readReply()
    }

    /// The request as it is sent.
    package func bytes(_ method: String, _ target: String, _ headers: Headers, _ body: [UInt8]?)
        -> [UInt8]
    {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        let isChunked = headers.contains { $0.0.lowercased() == "transfer-encoding" }
        if !isChunked, let body { text += "Content-Length: \(body.count)\r\n" }
        return Array(text.utf8) + Array("\r\n".utf8) + (body ?? [])
    }

    private func target(_ name: String, _ query: String) -> String {
        query.isEmpty ? path(name) : "\(path(name))?\(query)"
    }

    private func typed(_ type: String?, _ headers: Headers) -> Headers {
        type.map { [("Content-Type", $0)] + headers } ?? headers
    }

    private func exchange(
        on connection: ClientConnection, _ method: String, _ target: String, _ headers: Headers,
        _ body: [UInt8]?
    ) throws -> Reply {
        try connection.send(bytes(method, target, headers, body))
        let reply = try connection.readReply(toHead: method == "HEAD")
        if reply["connection"]?.lowercased() != "close" { kept = connection }
        return reply
    }
}
