/// A SHA-256 value: 32 bytes held inline.
///
/// The bytes are kept as four words in memory order, so that comparing and copying are four moves.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    /// The number of bytes of a digest.
    public static let byteCount = 32

    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

    /// A digest of 32 zero bytes: "no digest".
    @inlinable
    public init() {
        words = (0, 0, 0, 0)
    }

    /// Copies the 32 bytes at `pointer`.
    @inlinable
    public init(loadingFrom pointer: UnsafeRawPointer) {
        words = (
            pointer.loadUnaligned(as: UInt64.self),
            pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            pointer.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            pointer.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    /// Parses 64 hexadecimal digits of either case; nil for anything else.
    public init?(hex: String) {
        self.init()
        var text = hex
        let isWhole = text.withUTF8 { digits in
            withUnsafeMutableBytes { bytes in
                Hex.decode(UnsafeRawBufferPointer(digits), into: bytes) == Self.byteCount
            }
        }
        guard isWhole else { return nil }
    }

    /// The digest as 64 lowercase hexadecimal digits.
    public var hex: String {
        withUnsafeBytes { Hex.string($0) }
    }

    /// The same as `hex`.
    public var description: String { hex }

    /// Writes the 32 bytes to `pointer`.
    @inlinable
    public func store(to pointer: UnsafeMutableRawPointer) {
        pointer.storeBytes(of: words.0, as: UInt64.self)
        pointer.storeBytes(of: words.1, toByteOffset: 8, as: UInt64.self)
        pointer.storeBytes(of: words.2, toByteOffset: 16, as: UInt64.self)
        pointer.storeBytes(of: words.3, toByteOffset: 24, as: UInt64.self)
    }

    /// Calls `body` with the 32 bytes, which are valid for the call.
    @inlinable
    public func withUnsafeBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try Swift.withUnsafeBytes(of: words, body)
    }

    /// Calls `body` with the 32 bytes to be filled in, which are valid for the call.
    @inlinable
    package mutating func withUnsafeMutableBytes<R, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try Swift.withUnsafeMutableBytes(of: &words, body)
    }

    /// Equal when all 32 bytes are.
    @inlinable
    public static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        left.words == right.words
    }

    /// Feeds the words to `hasher`.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
