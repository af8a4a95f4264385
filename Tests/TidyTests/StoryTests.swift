import Foundation
import ServerProcess
import Testing

/// The pages show what really happens: every command of them is typed and its output compared.
///
/// With `VARVE_RECORD_PAGES=1` in the environment the pages are rewritten with what the commands
/// printed.
@Suite(.blocking) struct StoryTests {
    /// A page, and whether it assumes a server that runs already.
    @Test(
        .timeLimit(.minutes(30)),
        arguments: [("README.md", true), ("docs/guide.md", false), ("docs/store.md", true)])
    func everyCommandPrintsWhatThePageShows(path: String, serving: Bool) throws {
        let page = try #require(Repository.current.files.first { $0.path == path })
        let story = Story(path: path, lines: page.lines)
        #expect(story.steps.count >= 4)
        let runner = try StoryRunner(serving: serving)
        var recorded: [(Range<Int>, [String])] = []
        for step in story.steps {
            let printed = try runner.output(of: step)
            recorded.append((step.outputLines, printed))
            guard !StoryRunner.isRecording else { continue }
            #expect(
                StoryRunner.normal(printed) == StoryRunner.normal(step.output),
                "\(path):\(step.line): \(step.command)")
        }
        if StoryRunner.isRecording { try Self.record(recorded, in: page) }
    }

    private static func record(
        _ outputs: [(Range<Int>, [String])], in page: Repository.File
    ) throws {
        var lines = page.lines
        for (range, printed) in outputs.reversed() { lines.replaceSubrange(range, with: printed) }
        let url = Repository.current.root.appendingPathComponent(page.path)
        try (lines.joined(separator: "\n") + "\n").write(to: url, atomically: true, encoding: .utf8)
    }

    /// The Swift of a page is a snippet, which the build compiles.
    @Test(arguments: [
        ("README.md", "FollowOrders"), ("docs/store.md", "UseStore"),
        ("docs/store.md", "EmbedStore"),
    ])
    func theSwiftOfAPageIsASnippet(path: String, name: String) throws {
        let page = try #require(Repository.current.text(path))
        let file = try #require(
            Repository.current.files.first { $0.path == "Snippets/\(name).swift" })
        let snippet = file.lines.drop { $0.hasPrefix("//") || $0.isEmpty }.joined(separator: "\n")
        #expect(page.contains("```swift\n\(snippet)\n```"))
        #expect(snippet.contains("import Varve"))
    }

    @Test func everySwiftOfAPageIsASnippet() {
        let pages = Repository.current.files.filter { $0.path.hasSuffix(".md") }
        let count = pages.reduce(0) { $0 + $1.lines.filter { $0 == "```swift" }.count }
        let snippets = Repository.current.files.filter { $0.path.hasPrefix("Snippets/") }
        #expect(count == snippets.count)
    }
}
