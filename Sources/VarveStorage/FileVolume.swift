import Synchronization
import VarvePlatform

/// A volume in a directory of the operating system.
///
/// Its lock is an advisory one on the file `LOCK`, which ends with the process and holds the
/// owner's process id for whoever is refused. Making the value and failing to lock change nothing
/// on disk, except that a root directory that is missing is made when that is asked for.
public final class FileVolume: Volume {
    /// What the volume may be used for.
    public enum Access: Sendable {
        /// Everything.
        case readWrite
        /// Reading: whatever would change the disk is refused.
        case readOnly
    }

    /// How many directories are kept open at most.
    private static let directoriesMax = 16

    /// The directory as it was given.
    public let rootDirectory: String
    private let access: Access
    /// The files that are open: one backend each, however often and under whatever name it is
    /// opened, so that there is one size. A poisoned one is not given out again.
    private let opened = Mutex<[FileIdentity: OpenedFile]>([:])

    /// The directories that were synced, kept open: a process that is out of descriptors must still
    /// be able to sync them, or the log fails when it changes files.
    private let directories = Mutex<[String: OpenedDirectory]>([:])

    /// A file for as long as somebody uses it.
    private struct OpenedFile {
        private(set) weak var file: FileBackend?

        init(_ file: FileBackend) {
            self.file = file
        }
    }

    /// A volume in `rootDirectory`.
    ///
    /// - Parameter create: `ifMissing` makes the directory and those above it durably; `never`
    ///   throws `notFound` without one, `exclusive` throws `alreadyExists` with one.
    public init(
        rootDirectory: String, access: Access = .readWrite, create: CreateMode = .ifMissing
    ) throws(StorageError) {
        self.rootDirectory = rootDirectory
        self.access = access
        if File.isDirectory(rootDirectory) {
            if create == .exclusive { throw .alreadyExists(path: rootDirectory) }
        } else if File.exists(rootDirectory) {
            throw .notADirectory(path: rootDirectory)
        } else if create == .never || access == .readOnly {
            throw .notFound(path: rootDirectory)
        } else {
            try Self.makeDurably(rootDirectory)
        }
    }

    public func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> any StorageBackend {
        try VolumeName.check(name)
        let path = path(name)
        let isReadOnly = access == .readOnly
        if isReadOnly, create != .never { throw .readOnly(path: path) }
        let mode: File.CreateMode =
            switch create {
            case .never: .never
            case .exclusive: .exclusive
            case .ifMissing: .ifMissing
            }
        let descriptor = try StorageError.wrapping(path) { () throws(SystemError) in
            try File.open(path, access: isReadOnly ? .read : .readWrite, create: mode)
        }
        guard let identity = File.identity(descriptor.raw), identity.isRegular else {
            throw .notAFile(path: path)
        }
        let file = try FileBackend(descriptor, path: path, isReadOnly: isReadOnly)
        return opened.withLock { opened in
            if let known = opened[identity]?.file, !known.isPoisoned { return known }
            opened = opened.filter { $0.value.file != nil }
            opened[identity] = OpenedFile(file)
            return file
        }
    }

    public func list(_ directory: String) throws(StorageError) -> [String] {
        try VolumeName.checkDirectory(directory)
        return try call(directory) { (path) throws(SystemError) in try File.list(path) }
    }

    public func remove(_ name: String) throws(StorageError) {
        try checkChange(name)
        try call(name) { (path) throws(SystemError) in try File.remove(path) }
    }

    public func rename(_ from: String, to: String) throws(StorageError) {
        try checkChange(from)
        try checkChange(to)
        // The system's own answers for directories depend on what is in them.
        let target = path(to)
        for name in [path(from), target] where File.isDirectory(name) {
            throw .notAFile(path: name)
        }
        try call(from) { (path) throws(SystemError) in try File.rename(path, to: target) }
    }

    public func makeDirectory(_ name: String) throws(StorageError) {
        try checkChange(name)
        try call(name) { (path) throws(SystemError) in try File.makeDirectory(path) }
    }

    public func syncDirectory(_ directory: String) throws(StorageError) {
        try VolumeName.checkDirectory(directory)
        if access == .readOnly { throw .readOnly(path: path(directory)) }
        let path = path(directory)
        let opened = try StorageError.wrapping(path) { () throws(SystemError) in
            try openedDirectory(path)
        }
        try StorageError.wrapping(path) { () throws(SystemError) in try opened.synchronize() }
    }

    public func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock {
        if mode == .exclusive, access == .readOnly { throw .readOnly(path: rootDirectory) }
        return switch mode {
        case .exclusive: try LockFile.lockExclusive(directory: rootDirectory)
        case .shared: try LockFile.lockShared(directory: rootDirectory)
        }
    }

    /// The directory at `path`, opened now or earlier.
    private func openedDirectory(_ path: String) throws(SystemError) -> OpenedDirectory {
        let known = directories.withLock { $0[path] }
        if let known, known.isStill(at: path) { return known }
        let opened = try OpenedDirectory(path)
        directories.withLock { directories in
            if directories.count >= Self.directoriesMax { directories.removeAll() }
            directories[path] = opened
        }
        return opened
    }

    private func path(_ name: String) -> String {
        name.isEmpty ? rootDirectory : "\(rootDirectory)/\(name)"
    }

    private func checkChange(_ name: String) throws(StorageError) {
        try VolumeName.check(name)
        if access == .readOnly { throw .readOnly(path: path(name)) }
    }

    private func call<R>(
        _ name: String, _ body: (String) throws(SystemError) -> R
    ) throws(StorageError) -> R {
        let path = path(name)
        return try StorageError.wrapping(path) { () throws(SystemError) in try body(path) }
    }

    /// Makes a directory and those above it, and puts the new names on stable storage.
    private static func makeDurably(_ path: String) throws(StorageError) {
        var holders: [String] = []
        var missing = path
        while !File.exists(missing) {
            let holder = File.parent(of: missing) ?? "."
            holders.append(holder)
            missing = holder
        }
        do {
            try File.makeDirectory(path)
            for holder in holders { try File.synchronizeDirectory(holder) }
        } catch {
            throw StorageError(error, path: error.path ?? path)
        }
    }
}
