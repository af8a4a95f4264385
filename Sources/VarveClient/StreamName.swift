/// The rules for the names of streams, checked before a request is built.
///
/// The check is not only for good messages: a name with `..` would be shortened on its way to the
/// server and name another stream there.
enum StreamName {
    /// The longest name, in bytes.
    static let bytesMax = 1024
    /// The most segments between slashes.
    static let segmentsMax = 16

    /// The path of the stream relative to the server's base, percent-encoded.
    ///
    /// - Throws: `ClientError` of kind `invalidArgument` that says what is wrong.
    static func path(of name: String) throws(ClientError) -> String {
        if let reason = refusal(of: name) {
            throw ClientError(
                .invalidArgument, code: "invalid-stream-name", detail: reason,
                subject: "stream \"\(name)\"")
        }
        return percentEncoded(name)
    }

    /// Why the name cannot be one, or nil when it can.
    private static func refusal(of name: String) -> String? {
        if name.isEmpty { return "a stream name must not be empty" }
        if name.utf8.count > bytesMax {
            return "a stream name has at most \(bytesMax) bytes, this one has \(name.utf8.count)"
        }
        let segments = name.split(separator: "/", omittingEmptySubsequences: false)
        if segments.count > segmentsMax {
            return "a stream name has at most \(segmentsMax) segments, this one \(segments.count)"
        }
        if segments.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
            return "a stream name has no empty, \".\" or \"..\" segment"
        }
        if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return "a stream name has no control characters"
        }
        return nil
    }

    /// Every byte but the unreserved ones and the slash as `%XX`.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                encoded.append(byte)
            default:
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
