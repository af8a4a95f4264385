import VarveBytes

/// What a block's tag covers beside its contents: file, place and length.
struct BlockBinding {
    private var bytes: (UInt64, UInt64, UInt64, UInt32)

    /// The binding of block `block` of a file with `length` bytes of contents.
    init(fileID: SixteenBytes, block: UInt64, length: UInt32) {
        bytes = (0, 0, block.littleEndian, length.littleEndian)
        withUnsafeMutableBytes(of: &bytes) { fileID.store(to: $0.start) }
    }

    /// Calls `body` with the 28 bytes: file id, block number, length.
    func withUnsafeBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try Swift.withUnsafeBytes(of: bytes) { (all) throws(E) in
            try body(UnsafeRawBufferPointer(rebasing: all[..<28]))
        }
    }

    /// Calls `body` with the nonce of a counter: its eight bytes, then zeros.
    static func withNonce<R, E: Error>(
        _ counter: UInt64, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try Swift.withUnsafeBytes(of: (counter.littleEndian, UInt32(0))) { (all) throws(E) in
            try body(UnsafeRawBufferPointer(rebasing: all[..<AES256GCM.nonceBytes]))
        }
    }
}
