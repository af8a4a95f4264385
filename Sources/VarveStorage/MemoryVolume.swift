import Synchronization

/// A volume in memory, for servers that keep nothing and for tests.
///
/// It behaves as `FileVolume` does, names and errors included.
public final class MemoryVolume: Volume {
    private struct State {
        var names = NameTable<MemoryBackend>()
        var locks = LockTable()
    }

    private let state = Mutex(State())

    /// An empty volume.
    public init() {}

    public func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> any StorageBackend {
        try state.withLock { (state) throws(StorageError) in
            if let file = try state.names.find(name, create: create) { return file }
            let file = MemoryBackend(name: name)
            state.names.insert(file, named: name)
            return file
        }
    }

    public func list(_ directory: String) throws(StorageError) -> [String] {
        try state.withLock { (state) throws(StorageError) in try state.names.list(directory) }
    }

    public func remove(_ name: String) throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in try state.names.remove(name) }
    }

    public func rename(_ from: String, to: String) throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in
            _ = try state.names.rename(from, to: to)
        }
    }

    public func makeDirectory(_ name: String) throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in
            _ = try state.names.makeDirectory(name)
        }
    }

    /// Does nothing but check the name: memory does not outlive its process.
    public func syncDirectory(_ directory: String) throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in
            try state.names.checkDirectory(directory)
        }
    }

    public func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock {
        try state.withLock { (state) throws(StorageError) in
            try state.locks.take(mode, directory: "memory")
        }
        return VolumeLock { [self] _ in state.withLock { $0.locks.giveBack(mode) } }
    }
}
