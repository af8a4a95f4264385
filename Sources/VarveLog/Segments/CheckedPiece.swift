import VarveBytes

/// A piece of a segment that was read and has its checksum; never changed.
//
// @unchecked Sendable: the memory is immutable from `init` to `deinit`.
final class CheckedPiece: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    private let used: Int

    /// Takes over `memory`, which belongs to the piece from now on; its first `used` bytes count.
    init(_ memory: UnsafeMutableRawBufferPointer, used: Int) {
        self.memory = memory
        self.used = used
    }

    deinit {
        memory.deallocate()
    }

    /// How many bytes there are.
    var count: Int { used }

    /// Calls `body` with the bytes, which are valid for the call.
    func withBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(rebasing: memory[..<used]))
    }
}
