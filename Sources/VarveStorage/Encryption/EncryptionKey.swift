package import VarveBytes
package import VarvePlatform

/// The master key of an encrypted volume: 32 bytes, from which the key of every file follows.
public struct EncryptionKey: Sendable {
    /// Bytes of a key.
    public static let byteCount = 32

    /// The bytes.
    package let secret: SecretBytes

    /// The key with these bytes; nil unless there are 32.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        secret = bytes.withUnsafeBytes { SecretBytes(copying: $0) }
    }

    /// Reads a key from a file that holds 32 bytes, or their 64 hexadecimal digits with or without
    /// a line's end.
    ///
    /// Throws `secretExposed` when anybody but the owner may read the file or write to it, and
    /// `invalidKey` when it holds something else.
    public init(contentsOf path: String) throws(StorageError) {
        let file = try SecretFile.read(path, bytesMax: 2 * Self.byteCount + 2)
        var digits = file[...]
        while let last = digits.last, last == 0x0a || last == 0x0d { digits.removeLast() }
        var decoded = [UInt8](repeating: 0, count: Self.byteCount)
        let count = decoded.withUnsafeMutableBytes { output in
            digits.withUnsafeBytes { Hex.decode($0, into: output) }
        }
        let bytes = count == Self.byteCount ? decoded : file
        guard let key = Self(bytes) else {
            throw .invalidKey(
                path: path, detail: "expected 32 bytes or 64 hexadecimal digits")
        }
        self = key
    }

    /// Makes a file with a fresh key as 64 hexadecimal digits and a line's end, which only its
    /// owner may read, and puts it and its name on stable storage.
    ///
    /// Throws `alreadyExists` when there is a file of that name.
    package static func generate(
        at path: String, random: any RandomSource
    ) throws(StorageError) {
        var key = [UInt8](repeating: 0, count: byteCount)
        key.withUnsafeMutableBytes { random.fill($0) }
        let text = Array((key.withUnsafeBytes { Hex.string($0) } + "\n").utf8)
        let outcome = text.withUnsafeBytes { text in
            Result { () throws(StorageError) in try SecretFile.create(path, text) }
        }
        try outcome.get()
        let parent = File.parent(of: path) ?? "."
        try StorageError.wrapping(parent) { () throws(SystemError) in
            try File.synchronizeDirectory(parent.isEmpty ? "." : parent)
        }
    }
}
