import Glibc
import ServerProcess
import VarvePlatform

/// A file system in memory with a size of its own, for filling it up. Only root may mount one.
final class SmallFileSystem {
    /// What the system said when it would not mount.
    struct MountError: Error, CustomStringConvertible {
        let description: String
    }

    private let directory: TemporaryDirectory

    /// Where it is mounted.
    var path: String { directory.path }

    /// Whether this process may mount one: found out by doing it.
    static let isPossible = getuid() == 0 && (try? SmallFileSystem(mebibytes: 1)) != nil

    init(mebibytes: Int) throws {
        directory = try TemporaryDirectory()
        try Self.run(
            "mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=700", "none", directory.path])
    }

    deinit {
        try? Self.run("umount", ["--lazy", directory.path])
    }

    /// Makes it larger or smaller while it is in use.
    func resize(mebibytes: Int) throws {
        try Self.run("mount", ["-o", "remount,size=\(mebibytes)m", directory.path])
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let result = try RunningProgram.run(program, arguments)
        guard result.ending == .exited(0) else { throw MountError(description: result.errors) }
    }
}
