import ServerProcess

/// What a server shows of one stream to a reader who asks for all of it.
struct Observation: Sendable {
    /// The server's answers make no sense together.
    struct Contradiction: Error, CustomStringConvertible {
        let description: String
    }

    let exists: Bool
    let isClosed: Bool
    let tail: String
    /// The bytes, or the messages of a JSON stream with one comma between each two.
    let content: [UInt8]

    /// Asks for the head, then for every page from the start.
    init(of name: String, over connection: RawConnection) throws {
        let path = "/v1/stream/\(name)"
        let head = try connection.request("HEAD", path)
        exists = head.status != 404
        isClosed = head.headers["stream-closed"] == "true"
        tail = head.headers["stream-next-offset"] ?? ""
        guard exists else {
            content = []
            return
        }
        guard head.status == 200 else {
            throw Contradiction(description: "HEAD \(name): \(head.status)")
        }
        let isJSON = head.headers["content-type"] == "application/json"
        content = try Self.read(path, from: "-1", json: isJSON, to: tail, over: connection)
    }

    /// Every page of the stream at `path` from `offset` on; the last page must end at `tail`.
    static func read(
        _ path: String, from offset: String, json: Bool, to tail: String,
        over connection: RawConnection
    ) throws -> [UInt8] {
        var content: [UInt8] = []
        var next = offset
        while true {
            let page = try connection.request("GET", "\(path)?offset=\(next)")
            guard page.status == 200, let end = page.headers["stream-next-offset"] else {
                throw Contradiction(description: "GET \(path)?offset=\(next): \(page.status)")
            }
            var body = page.body[...]
            if json {
                guard body.first == UInt8(ascii: "["), body.last == UInt8(ascii: "]") else {
                    throw Contradiction(description: "GET \(path)?offset=\(next): not an array")
                }
                body = body.dropFirst().dropLast()
                if !content.isEmpty, !body.isEmpty { content.append(UInt8(ascii: ",")) }
            }
            content += body
            if page.headers["stream-up-to-date"] == "true" {
                guard end == tail else {
                    throw Contradiction(description: "GET \(path) ends at \(end), HEAD at \(tail)")
                }
                return content
            }
            guard end > next || next == "-1" else {
                throw Contradiction(description: "GET \(path)?offset=\(next) goes nowhere")
            }
            next = end
        }
    }
}
