import Synchronization
import VarveStorage

/// Another volume that counts the bytes that are read from its files.
final class CountingVolume: Volume {
    private final class Backend: StorageBackend {
        private let below: any StorageBackend
        private let volume: CountingVolume

        init(_ below: any StorageBackend, _ volume: CountingVolume) {
            self.below = below
            self.volume = volume
        }

        var size: UInt64 { below.size }

        func read(
            at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
        ) throws(StorageError) {
            volume.bytes.add(UInt64(buffer.count), ordering: .relaxed)
            try below.read(at: offset, into: buffer)
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
            try below.append(bytes)
        }

        func write(
            _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
        ) throws(StorageError) {
            try below.write(vectors, at: offset)
        }

        func flush() throws(StorageError) { try below.flush() }

        func sync() throws(StorageError) { try below.sync() }

        func truncate(to size: UInt64) throws(StorageError) { try below.truncate(to: size) }
    }

    private let below: any Volume
    private let bytes = Atomic<UInt64>(0)

    init(_ below: any Volume) {
        self.below = below
    }

    /// The bytes read since the last call.
    func takeBytesRead() -> UInt64 { bytes.exchange(0, ordering: .relaxed) }

    func open(_ name: String, create: CreateMode) throws(StorageError) -> any StorageBackend {
        Backend(try below.open(name, create: create), self)
    }

    func list(_ directory: String) throws(StorageError) -> [String] { try below.list(directory) }

    func remove(_ name: String) throws(StorageError) { try below.remove(name) }

    func rename(_ from: String, to: String) throws(StorageError) {
        try below.rename(from, to: to)
    }

    func makeDirectory(_ name: String) throws(StorageError) { try below.makeDirectory(name) }

    func syncDirectory(_ directory: String) throws(StorageError) {
        try below.syncDirectory(directory)
    }

    func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock { try below.lock(mode) }
}
