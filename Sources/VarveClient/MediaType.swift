/// The part of a content type that says what the bytes are: without parameters, without case.
enum MediaType {
    /// The media type of `contentType`, in lower case.
    static func of(_ contentType: String) -> String {
        let type = contentType.prefix { $0 != ";" }
        return String(type.filter { $0 != " " && $0 != "\t" }).lowercased()
    }

    /// Whether streams of this content type keep JSON messages apart.
    static func isJSON(_ contentType: String) -> Bool { of(contentType) == "application/json" }

    /// Whether an SSE event carries content of this type as lines of text, which does not tell
    /// CR, LF and CRLF apart.
    static func isText(_ contentType: String) -> Bool { of(contentType).hasPrefix("text/") }
}
