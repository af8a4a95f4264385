/// Everything a directory holds: names, kinds, permissions, sizes and the hash of every file's
/// content.
package struct DirectoryDigest: Equatable, CustomStringConvertible {
    /// One line for each entry.
    package let description: String

    /// Reads the directory at `path` with the system's own tools, so that nothing under test is
    /// trusted.
    package init(of path: String) throws {
        let names = "find . -printf '%p %y %m %s\\n' | sort"
        let contents = "find . -type f -print0 | sort -z | xargs -0 -r sha256sum"
        let result = try RunningProgram.run(
            "/bin/sh", ["-c", "\(names); \(contents)"], directory: path)
        description = result.output + result.errors
    }
}
