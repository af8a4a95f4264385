import VarveBytes

/// A piece of a segment that was read and has its checksum; never changed.
struct CheckedPiece: Sendable {
    private let memory: FrozenBytes

    /// A piece of these bytes.
    init(_ memory: FrozenBytes) {
        self.memory = memory
    }

    /// How many bytes there are.
    var count: Int { memory.count }

    /// Calls `body` with the bytes, which are valid for the call.
    func withBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        defer { withExtendedLifetime(memory) {} }
        return try body(memory.bytes)
    }
}
