/// A directory of a volume, as a volume of its own.
///
/// Its lock is the other volume's. Errors name files by their paths in that one.
package final class NestedVolume: Volume {
    private let base: any Volume
    private let directory: String

    /// What lies below `directory` of `base`.
    package init(_ directory: String, of base: any Volume) {
        self.base = base
        self.directory = directory
    }

    package func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> any StorageBackend {
        try base.open(path(name), create: create)
    }

    package func list(_ directory: String) throws(StorageError) -> [String] {
        try base.list(path(directory))
    }

    package func remove(_ name: String) throws(StorageError) {
        try base.remove(path(name))
    }

    package func rename(_ from: String, to: String) throws(StorageError) {
        try base.rename(path(from), to: path(to))
    }

    package func makeDirectory(_ name: String) throws(StorageError) {
        try base.makeDirectory(path(name))
    }

    package func syncDirectory(_ directory: String) throws(StorageError) {
        try base.syncDirectory(path(directory))
    }

    package func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock {
        try base.lock(mode)
    }

    private func path(_ name: String) -> String {
        name.isEmpty ? directory : "\(directory)/\(name)"
    }
}
