/// A place in a stream: an opaque token that a server gave, or one of the two sentinels.
///
/// Tokens of one stream sort as text in stream order. Keep them as they are; never build one.
public struct StreamOffset: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The token as it is sent in `offset=`.
    public let token: String

    /// The very first byte of a stream (`-1` on the wire).
    public static let start = StreamOffset("-1")

    /// The end of a stream at the moment the server answers (`now` on the wire).
    public static let now = StreamOffset("now")

    /// Takes a token that a server gave earlier, or one of the sentinels.
    public init(_ token: String) {
        self.token = token
    }

    /// The token.
    public var description: String { token }

    /// Whether the place of `left` is before that of `right`; only tokens of one stream compare.
    public static func < (left: StreamOffset, right: StreamOffset) -> Bool {
        left.token < right.token
    }
}
