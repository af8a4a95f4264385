public import VarveBytes

/// The name of a public key: the first eight bytes of its SHA-256.
///
/// A hint which key to take, never a proof: the signature is that. Persisted.
public struct KeyID: Hashable, Sendable, CustomStringConvertible {
    /// The eight bytes.
    public let bytes: [UInt8]

    /// The name of `key`.
    public init(of key: PublicKey) {
        let digest = key.bytes.withUnsafeBytes { SHA256Hasher.hash($0) }
        bytes = digest.withUnsafeBytes { Array($0.prefix(8)) }
    }

    /// The name with these eight bytes.
    init(rawBytes: [UInt8]) {
        precondition(rawBytes.count == 8, "eight bytes")
        bytes = rawBytes
    }

    /// Parses 16 lowercase hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard let value = digits.withUnsafeBytes({ Hex.parse16($0) }) else { return nil }
        bytes = withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// 16 hexadecimal digits.
    public var description: String { bytes.withUnsafeBytes { Hex.string($0) } }
}
