/// A tree of named backends, of which one process at a time is the owner.
///
/// Names are relative paths such as `journal/1.journal`; the empty name is the volume's root. A
/// new, renamed or removed name is certain to survive a loss of power only after `syncDirectory`
/// on the directory that holds it.
///
/// Thread rule: any thread may call anything.
public protocol Volume: AnyObject, Sendable {
    /// Opens a file. Its directory must exist. Backends that are open stay usable whatever happens
    /// to the name.
    func open(_ name: String, create: CreateMode) throws(StorageError) -> any StorageBackend

    /// The names in a directory, files and directories alike, sorted.
    func list(_ directory: String) throws(StorageError) -> [String]

    /// Removes a file's name.
    func remove(_ name: String) throws(StorageError)

    /// Gives a file another name, in one step; a file that had it is replaced.
    func rename(_ from: String, to: String) throws(StorageError)

    /// Makes a directory and the ones above it that are missing; one that exists is left alone.
    func makeDirectory(_ name: String) throws(StorageError)

    /// When it returns, the names in the directory survive a loss of power.
    func syncDirectory(_ directory: String) throws(StorageError)

    /// Takes the volume for this process, until the lock is released or the process ends.
    ///
    /// Throws `locked` when another has it in a way that excludes `mode`.
    func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock
}
