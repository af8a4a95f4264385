// One HTTP response as a client saw it: status, headers in their order, body.

/// A response, with its header names in lower case.
package struct Reply: Sendable {
    /// The status code.
    package let status: Int
    /// Every header in the order it was sent; names are in lower case.
    package let headers: [(name: String, value: String)]
    /// The payload, without any chunk framing.
    package var body: [UInt8] = []
    /// The interim (1xx) statuses that came before.
    package var interim: [Int] = []

    /// Parses a response head, including the empty line at its end; nil when it is not HTTP/1.1.
    init?(head: String) {
        var lines = head.components(separatedByLine: "\r\n")
        guard let statusLine = lines.first, statusLine.hasPrefix("HTTP/1.1 "),
            let status = Int(statusLine.dropFirst(9).prefix(3))
        else { return nil }
        lines.removeFirst()
        self.status = status
        var headers: [(name: String, value: String)] = []
        for line in lines where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers.append((line[..<colon].lowercased(), String(value)))
        }
        self.headers = headers
    }

    /// The value of the header `name` (lower case), or nil; the first one when it is repeated.
    package subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    /// How often the header `name` (lower case) was sent.
    package func count(of name: String) -> Int { headers.count { $0.name == name } }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The `Stream-Next-Offset` header.
    package var nextOffset: String? { self["stream-next-offset"] }

    /// The `Stream-Closed` header.
    package var closed: String? { self["stream-closed"] }

    /// The `Stream-Up-To-Date` header.
    package var upToDate: String? { self["stream-up-to-date"] }

    /// The stable `code` member of a problem document, or nil when the body is none.
    package var problemCode: String? {
        guard self["content-type"] == "application/problem+json" else { return nil }
        guard let key = body.firstIndex(of: Array("\"code\":\"".utf8), from: 0) else { return nil }
        let rest = body[(key + 8)...]
        return String(decoding: rest.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }
}

extension String {
    /// The pieces between occurrences of `separator`, empty ones included.
    package func components(separatedByLine separator: String) -> [String] {
        let bytes = Array(utf8)
        let mark = Array(separator.utf8)
        var pieces: [String] = []
        var start = 0
        while let end = bytes.firstIndex(of: mark, from: start) {
            pieces.append(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end + mark.count
        }
        pieces.append(String(decoding: bytes[start...], as: UTF8.self))
        return pieces
    }
}
