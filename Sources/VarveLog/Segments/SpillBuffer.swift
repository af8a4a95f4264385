import VarveBytes
import VarveStorage

/// Bytes that are written now and copied elsewhere later: in memory up to a limit, beyond it in a
/// temporary file.
///
/// Thread rule: one thread at a time. The file is removed with `remove`; one that a crash leaves
/// behind has a name that opening removes.
final class SpillBuffer {
    private let volume: any Volume
    private let path: String
    private let memoryMax: Int
    private var memory = ByteWriter()
    private var file: (any StorageBackend)?
    private var fileBytes = 0

    /// How many bytes are read from the file at once.
    private static let sliceBytes = 256 << 10

    /// An empty buffer that keeps up to `memoryMax` bytes in memory, the rest in a file.
    init(volume: any Volume, name: SegmentName, memoryMax: Int) {
        self.volume = volume
        path = name.path
        self.memoryMax = memoryMax
    }

    /// How many bytes there are.
    var count: Int { fileBytes + memory.count }

    /// True when a file was needed.
    var hasFile: Bool { file != nil }

    /// Adds bytes behind all others.
    func append(_ bytes: UnsafeRawBufferPointer) throws(LogError) {
        if memory.count + bytes.count > memoryMax, memory.count > 0 {
            try spill(memory.bytes)
            memory.clear()
        }
        if bytes.count > memoryMax {
            try spill(bytes)
        } else {
            memory.append(bytes)
        }
    }

    /// Calls `body` with all bytes in order, slice by slice.
    func drain(
        _ body: (UnsafeRawBufferPointer) throws(LogError) -> Void
    ) throws(LogError) {
        if let file, fileBytes > 0 {
            let slice = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(Self.sliceBytes, fileBytes), alignment: 8)
            defer { slice.deallocate() }
            var position = 0
            while position < fileBytes {
                let part = UnsafeMutableRawBufferPointer(
                    rebasing: slice[..<min(slice.count, fileBytes - position)])
                try LogError.wrapping { () throws(StorageError) in
                    try file.read(at: UInt64(position), into: part)
                }
                try body(UnsafeRawBufferPointer(part))
                position += part.count
            }
        }
        if memory.count > 0 { try body(memory.bytes) }
    }

    /// Forgets all bytes and keeps the memory.
    func clear() throws(LogError) {
        memory.clear()
        guard fileBytes > 0, let file else { return }
        fileBytes = 0
        try LogError.wrapping { () throws(StorageError) in try file.truncate(to: 0) }
    }

    /// Removes the file, if there is one; a failure leaves it for the next opening to remove.
    func remove() {
        guard file != nil else { return }
        file = nil
        fileBytes = 0
        try? volume.remove(path)
    }

    private func spill(_ bytes: UnsafeRawBufferPointer) throws(LogError) {
        let file = if let file { file } else { try create() }
        _ = try LogError.wrapping { () throws(StorageError) in try file.append(bytes) }
        fileBytes += bytes.count
    }

    private func create() throws(LogError) -> any StorageBackend {
        try LogError.wrapping { () throws(StorageError) -> any StorageBackend in
            let new = try volume.open(path, create: .ifMissing)
            if new.size > 0 { try new.truncate(to: 0) }
            file = new
            return new
        }
    }
}
