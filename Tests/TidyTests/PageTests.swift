import Foundation
import Testing

/// The pages for people hold together.
@Suite struct PageTests {
    private let repository = Repository.current

    @Test func everyRelativeLinkLeadsSomewhere() {
        var broken: [String] = []
        for page in repository.pages {
            let directory = repository.root.appendingPathComponent(page.path)
                .deletingLastPathComponent()
            for line in page.lines {
                for target in Self.links(in: line) {
                    let path = String(target.prefix { $0 != "#" })
                    guard !path.isEmpty, !path.contains(":") else { continue }
                    let file = directory.appendingPathComponent(path).path
                    if !FileManager.default.fileExists(atPath: file) {
                        broken.append("\(page.path): \(target)")
                    }
                }
            }
        }
        #expect(broken.isEmpty)
    }

    @Test func everyDecisionIsInTheIndex() throws {
        let index = try #require(repository.text("docs/decisions/README.md"))
        let decisions = repository.pages.filter {
            $0.isUnder("docs/decisions") && $0.name != "README.md"
        }
        #expect(decisions.filter { !index.contains("(\($0.name))") }.map(\.path).isEmpty)
    }

    @Test func everyMakeCommandIsInTheContributorsPage() throws {
        let makefile = try #require(repository.text("Makefile"))
        let page = try #require(repository.text("CONTRIBUTING.md"))
        let commands = makefile.split(separator: "\n").filter {
            $0.contains(":") && $0.contains("## ")
        }
        .compactMap { $0.split(separator: ":").first }
        #expect(commands.count > 10)
        #expect(commands.filter { $0 != "help" && !page.contains("`make \($0)") }.isEmpty)
    }

    /// The targets of `[text](target)`.
    private static func links(in line: String) -> [String] {
        line.components(separatedBy: "](").dropFirst().compactMap {
            $0.split(separator: ")", omittingEmptySubsequences: false).first.map(String.init)
        }
    }
}
