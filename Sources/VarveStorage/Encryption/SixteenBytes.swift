import VarvePlatform

/// Sixteen random bytes that identify something: a file, or a nonce space.
struct SixteenBytes: Hashable, Sendable {
    private var words: (UInt64, UInt64)

    /// Fresh random bytes.
    init(_ random: any RandomSource) {
        words = (0, 0)
        Swift.withUnsafeMutableBytes(of: &words) { random.fill($0) }
    }

    /// The sixteen bytes at `pointer`.
    init(loadingFrom pointer: UnsafeRawPointer) {
        words = (
            pointer.loadUnaligned(as: UInt64.self),
            pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
    }

    /// Writes the bytes to `pointer`.
    func store(to pointer: UnsafeMutableRawPointer) {
        withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(start: pointer, count: 16).copyMemory(from: bytes)
        }
    }

    /// Calls `body` with the bytes, which are valid for the call.
    func withUnsafeBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try Swift.withUnsafeBytes(of: words, body)
    }

    static func == (left: SixteenBytes, right: SixteenBytes) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
