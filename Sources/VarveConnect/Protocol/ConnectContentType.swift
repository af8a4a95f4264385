/// What a Content-Type says about a call.
package struct ConnectContentType: Equatable, Sendable {
    /// How its messages are encoded.
    package var format: MessageFormat
    /// Whether messages stand in envelopes: the call has a stream of answers.
    package var isStreaming: Bool

    /// A content type from its parts.
    package init(_ format: MessageFormat, isStreaming: Bool) {
        self.format = format
        self.isStreaming = isStreaming
    }

    /// The content type that a header's value names, without case; nil for any other. Of its
    /// parameters `charset` may be given and must be `utf-8`; others are passed over.
    package init?(_ value: UnsafeRawBufferPointer) {
        // What nearly all clients send needs no text to be made of it.
        if let exact = Self.all.first(where: { value.elementsEqual($0.name.utf8) }) {
            self = exact
            return
        }
        guard value.count <= 128 else { return nil }
        let parts = String(decoding: value, as: UTF8.self).lowercased()
            .split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        guard let first = parts.first,
            let found = Self.all.first(where: { $0.name == first })
        else { return nil }
        for part in parts.dropFirst() where part.hasPrefix("charset=") {
            let charset = part.dropFirst(8)
            guard charset == "utf-8" || charset == "\"utf-8\"" else { return nil }
        }
        self = found
    }

    /// Its name.
    package var name: String {
        switch (format, isStreaming) {
        case (.proto, false): "application/proto"
        case (.json, false): "application/json"
        case (.proto, true): "application/connect+proto"
        case (.json, true): "application/connect+json"
        }
    }

    private static let all = [
        ConnectContentType(.proto, isStreaming: false),
        ConnectContentType(.json, isStreaming: false),
        ConnectContentType(.proto, isStreaming: true),
        ConnectContentType(.json, isStreaming: true),
    ]

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
