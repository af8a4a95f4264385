import Synchronization
import VarvePlatform
import VarveStorage

/// An open file of a simulated volume; dead after the volume crashed.
final class SimulatedBackend: StorageBackend, ImmediateReader, LossySync {
    let file: SimulatedDisk.FileNumber
    /// The boot of the volume that it belongs to.
    let boot: Int
    let name: String
    private let volume: SimulatedVolume

    init(volume: SimulatedVolume, file: SimulatedDisk.FileNumber, boot: Int, name: String) {
        self.volume = volume
        self.file = file
        self.boot = boot
        self.name = name
    }

    var size: UInt64 {
        // A dead file is empty: whoever asks finds out at the next operation.
        (try? volume.withFile(self, "fstat") { UInt64($0.live.count) }) ?? 0
    }

    func read(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) {
        // The copy is made outside the volume's lock, from a snapshot of the bytes.
        let live = try volume.withFile(self, "pread") { $0.live }
        let size = UInt64(live.count)
        guard offset <= size, UInt64(buffer.count) <= size - offset else {
            throw .readPastEnd(path: name, offset: offset, count: buffer.count, size: size)
        }
        live.withUnsafeBytes { bytes in
            let start = Int(offset)
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + buffer.count]))
        }
    }

    func readImmediately(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Bool {
        try read(at: offset, into: buffer)
        return true
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
        let bytes = Array(bytes)
        return try volume.withFile(self, "pwrite") { file in
            let offset = file.live.count
            file.write(bytes, at: offset)
            return UInt64(offset)
        }
    }

    func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError) {
        let bytes = vectors.flatMap { Array($0) }
        try volume.withFile(self, "pwritev") { (file) throws(StorageError) in
            let size = UInt64(file.live.count)
            guard offset <= size else {
                throw .writePastEnd(path: name, offset: offset, size: size)
            }
            file.write(bytes, at: Int(offset))
        }
    }

    func flush() throws(StorageError) {
        try volume.withFile(self, "flush") { _ in }
    }

    func sync() throws(StorageError) {
        try volume.withFile(self, "fdatasync") { $0.sync() }
    }

    func loseSync(random: SeededRandom) throws(StorageError) {
        try volume.withFile(self, "fdatasync") { $0.loseSync(random: random) }
    }

    func truncate(to size: UInt64) throws(StorageError) {
        try volume.withFile(self, "ftruncate") { (file) throws(StorageError) in
            let now = UInt64(file.live.count)
            guard size <= now else {
                throw .truncatePastEnd(path: name, requested: size, size: now)
            }
            file.truncate(to: Int(size))
        }
    }
}
