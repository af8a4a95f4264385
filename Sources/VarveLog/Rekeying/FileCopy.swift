import VarveStorage

/// Copies the contents of one file to another, which is empty, and syncs it.
struct FileCopy {
    /// How many bytes are read at a time.
    private static let chunkBytes = 1 << 20
    /// How many bytes a damaged place is looked at in: the block of an encrypted file.
    private static let blockBytes = 4096

    private let source: any StorageBackend
    private let target: any StorageBackend
    private let skipsDamage: Bool

    /// A copy that is to be made.
    ///
    /// - Parameter skippingDamage: whether blocks of an encrypted file that do not open become
    ///   zeros, as if they had never been written; else they are an error.
    init(
        from source: any StorageBackend, to target: any StorageBackend, skippingDamage: Bool
    ) {
        self.source = source
        self.target = target
        skipsDamage = skippingDamage
    }

    /// Makes it; tells `progress` how many bytes have been copied.
    func run(_ progress: (UInt64) -> Void) throws(StorageError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkBytes, alignment: Self.blockBytes)
        defer {
            // They may be the contents of an encrypted file.
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            buffer.deallocate()
        }
        let size = source.size
        var offset: UInt64 = 0
        while offset < size {
            let count = Int(min(UInt64(buffer.count), size - offset))
            let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try read(chunk, at: offset)
            _ = try target.append(UnsafeRawBufferPointer(chunk))
            offset += UInt64(count)
            progress(offset)
        }
        try target.sync()
    }

    private func read(
        _ chunk: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(StorageError) {
        do {
            return try source.read(at: offset, into: chunk)
        } catch {
            guard case .damaged = error, skipsDamage else { throw error }
        }
        var start = 0
        while start < chunk.count {
            let end = min(start + Self.blockBytes, chunk.count)
            let block = UnsafeMutableRawBufferPointer(rebasing: chunk[start..<end])
            do {
                try source.read(at: offset + UInt64(start), into: block)
            } catch {
                guard case .damaged = error else { throw error }
                block.initializeMemory(as: UInt8.self, repeating: 0)
            }
            start = end
        }
    }
}
