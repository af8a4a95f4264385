import VarvePlatform

/// A directory that is kept open to be synced.
///
/// Thread rule: any thread.
final class OpenedDirectory: Sendable {
    private let descriptor: Descriptor
    private let identity: FileIdentity?

    /// Opens the directory at `path`.
    init(_ path: String) throws(SystemError) {
        descriptor = try File.openDirectory(path)
        identity = File.identity(descriptor.raw)
    }

    /// Whether `path` still names this directory, and not one that took its place.
    func isStill(at path: String) -> Bool {
        identity != nil && File.identity(path) == identity
    }

    /// Puts the directory's names on stable storage.
    func synchronize() throws(SystemError) { try File.synchronize(descriptor.raw) }
}
