import Glibc

/// Which file something is, whatever its name: the same while it exists or is open.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64
    /// True for a regular file, and not for a directory, pipe or device.
    package let isRegular: Bool

    init(_ information: stat) {
        device = UInt64(information.st_dev)
        number = UInt64(information.st_ino)
        isRegular = information.st_mode & S_IFMT == S_IFREG
    }
}
