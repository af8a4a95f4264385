import Foundation
import Testing

/// The files of this repository as text, read once for all house rules.
struct Repository: Sendable, CustomTestStringConvertible {
    /// One text file.
    struct File: Sendable, CustomTestStringConvertible {
        /// Its path from the root of the repository.
        let path: String
        /// Its lines without their ends.
        let lines: [String]

        /// The last component of the path.
        var name: String { String(path.split(separator: "/").last ?? "") }

        /// The name without its extension.
        var stem: String { name.hasSuffix(".swift") ? String(name.dropLast(6)) : name }

        var testDescription: String { path }

        /// Whether the file lies below `directory` (a path from the root).
        func isUnder(_ directory: String) -> Bool { path.hasPrefix(directory + "/") }
    }

    /// The repository that these tests were built from.
    static let current = Repository(
        root: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent())

    /// Every text file except what is built or kept by tools, in order of path.
    let files: [File]

    /// The root directory.
    let root: URL

    private init(root: URL) {
        self.root = root
        let skipped: Set<String> = [".build", ".git", "data"]
        let kinds: Set<String> = ["swift", "c", "h", "cpp", "md", "sh", "modulemap"]
        var found: [File] = []
        let all = FileManager.default.enumerator(atPath: root.path)
        while let path = all?.nextObject() as? String {
            if skipped.contains(path) {
                all?.skipDescendants()
                continue
            }
            let name = path.split(separator: "/").last ?? ""
            let isText = kinds.contains(String(name.split(separator: ".").last ?? ""))
            guard isText || name == "Makefile" || path == ".ci/run",
                let bytes = FileManager.default.contents(
                    atPath: root.appendingPathComponent(path).path)
            else { continue }
            var lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n")
            if lines.last == "" { lines.removeLast() }
            found.append(File(path: path, lines: lines))
        }
        files = found.sorted { $0.path < $1.path }
    }

    var testDescription: String { "the repository" }

    /// Every Swift file.
    var swift: [File] { files.filter { $0.name.hasSuffix(".swift") } }

    /// The Swift files of the product itself.
    var sources: [File] { swift.filter { $0.isUnder("Sources") } }

    /// The Swift files of the tests.
    var tests: [File] { swift.filter { $0.isUnder("Tests") } }

    /// The pages for people.
    var pages: [File] { files.filter { $0.name.hasSuffix(".md") } }

    /// The names of everything in a directory, text or not.
    func names(in directory: String) -> [String] {
        let path = root.appendingPathComponent(directory).path
        return (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }

    /// The text of the file at `path`, nil when there is none.
    func text(_ path: String) -> String? {
        files.first { $0.path == path }.map { $0.lines.joined(separator: "\n") + "\n" }
    }

    /// Where lines of `files` satisfy `isFound`, as `path:line: text`.
    static func places(in files: [File], where isFound: (String) -> Bool) -> [String] {
        files.flatMap { file in
            file.lines.enumerated().filter { isFound($0.element) }.map {
                "\(file.path):\($0.offset + 1): \($0.element.trimmingCharacters(in: .whitespaces))"
            }
        }
    }
}

extension Repository {
    /// The part of a line before its comment, if any. A `//` inside a string literal cuts too; that
    /// only makes the rules that use this miss something, never accuse.
    static func code(of line: String) -> String {
        guard let comment = line.range(of: "//") else { return line }
        return String(line[..<comment.lowerBound])
    }
}
