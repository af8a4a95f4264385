import Synchronization
import VarvePlatform

/// A volume in memory, for servers that keep nothing and for tests.
///
/// It behaves as `FileVolume` does, names and errors included.
public final class MemoryVolume: Volume {
    private struct State {
        var files: [String: MemoryBackend] = [:]
        /// Every directory but the root.
        var directories: Set<String> = []
        var exclusiveLocks = 0
        var sharedLocks = 0
    }

    private let state = Mutex(State())

    /// An empty volume.
    public init() {}

    public func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> any StorageBackend {
        try VolumeName.check(name)
        return try state.withLock { (state) throws(StorageError) in
            if state.directories.contains(name) {
                throw create == .exclusive ? .alreadyExists(path: name) : .notAFile(path: name)
            }
            if let file = state.files[name] {
                if create == .exclusive { throw .alreadyExists(path: name) }
                return file
            }
            try Self.checkDirectory(of: name, in: state)
            if create == .never { throw .notFound(path: name) }
            let file = MemoryBackend(name: name)
            state.files[name] = file
            return file
        }
    }

    public func list(_ directory: String) throws(StorageError) -> [String] {
        try VolumeName.checkDirectory(directory)
        return try state.withLock { (state) throws(StorageError) in
            try Self.checkIsDirectory(directory, in: state)
            let names = Array(state.files.keys) + Array(state.directories)
            return names.filter { VolumeName.directory(of: $0) == directory }
                .map { String($0.dropFirst(directory.isEmpty ? 0 : directory.count + 1)) }
                .sorted()
        }
    }

    public func remove(_ name: String) throws(StorageError) {
        try VolumeName.check(name)
        try state.withLock { (state) throws(StorageError) in
            try Self.checkIsFile(name, in: state)
            state.files[name] = nil
        }
    }

    public func rename(_ from: String, to: String) throws(StorageError) {
        try VolumeName.check(from)
        try VolumeName.check(to)
        try state.withLock { (state) throws(StorageError) in
            if state.directories.contains(from) { throw .notAFile(path: from) }
            if state.directories.contains(to) { throw .notAFile(path: to) }
            try Self.checkDirectory(of: from, in: state)
            try Self.checkDirectory(of: to, in: state, blaming: from)
            try Self.checkIsFile(from, in: state)
            let file = state.files.removeValue(forKey: from)
            state.files[to] = file
        }
    }

    public func makeDirectory(_ name: String) throws(StorageError) {
        try VolumeName.check(name)
        try state.withLock { (state) throws(StorageError) in
            if state.files[name] != nil { throw .alreadyExists(path: name) }
            var ancestors: [String] = []
            var next = VolumeName.directory(of: name)
            while !next.isEmpty {
                if state.files[next] != nil { throw .notADirectory(path: name) }
                ancestors.append(next)
                next = VolumeName.directory(of: next)
            }
            state.directories.formUnion(ancestors)
            state.directories.insert(name)
        }
    }

    public func syncDirectory(_ directory: String) throws(StorageError) {
        try VolumeName.checkDirectory(directory)
        try state.withLock { (state) throws(StorageError) in
            try Self.checkIsDirectory(directory, in: state)
        }
    }

    public func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock {
        try state.withLock { (state) throws(StorageError) in
            guard state.exclusiveLocks == 0, mode == .shared || state.sharedLocks == 0 else {
                let isOwned = state.exclusiveLocks > 0
                throw .locked(
                    directory: "memory", pid: isOwned ? Machine.processIdentifier : nil)
            }
            if mode == .exclusive { state.exclusiveLocks += 1 } else { state.sharedLocks += 1 }
        }
        return VolumeLock { [self] _ in
            state.withLock { state in
                if mode == .exclusive { state.exclusiveLocks -= 1 } else { state.sharedLocks -= 1 }
            }
        }
    }

    private static func checkIsFile(_ name: String, in state: State) throws(StorageError) {
        if state.files[name] != nil { return }
        if state.directories.contains(name) { throw .notAFile(path: name) }
        try checkDirectory(of: name, in: state)
        throw .notFound(path: name)
    }

    private static func checkIsDirectory(_ name: String, in state: State) throws(StorageError) {
        if name.isEmpty || state.directories.contains(name) { return }
        if state.files[name] != nil { throw .notADirectory(path: name) }
        try checkDirectory(of: name, in: state)
        throw .notFound(path: name)
    }

    /// Throws what the operating system does when the directory of `name` is missing or a file.
    private static func checkDirectory(
        of name: String, in state: State, blaming blamed: String? = nil
    ) throws(StorageError) {
        var directory = VolumeName.directory(of: name)
        if directory.isEmpty || state.directories.contains(directory) { return }
        while !directory.isEmpty {
            if state.files[directory] != nil { throw .notADirectory(path: blamed ?? name) }
            directory = VolumeName.directory(of: directory)
        }
        throw .notFound(path: blamed ?? name)
    }
}
