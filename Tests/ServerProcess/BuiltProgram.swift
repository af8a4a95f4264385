package import Foundation

/// The programs of this package as the build that is under test made them.
package enum BuiltProgram {
    /// The directory that holds the test bundle and, beside it, every program built with it.
    package static var directory: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// The path of the program called `name`, for example `varve`.
    package static func path(_ name: String) -> String {
        directory.appendingPathComponent(name).path
    }
}
