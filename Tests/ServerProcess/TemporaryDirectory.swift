import Foundation

/// A fresh directory under the system's temporary directory, removed with everything in it at the
/// end.
package final class TemporaryDirectory: Sendable {
    /// The absolute path.
    package let path: String

    /// Makes the directory; its name is random.
    package init() throws {
        let parent = FileManager.default.temporaryDirectory
        path = parent.appendingPathComponent("varve-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of `name` inside the directory.
    package func path(_ name: String) -> String { "\(path)/\(name)" }
}
