import Foundation
import Testing

/// The table in `docs/testing.md` of what is promised and where it is shown.
@Suite struct ClaimTests {
    private let repository = Repository.current

    @Test func everyTestOfTheTableExists() throws {
        let tests = functions()
        let named = try names().filter { $0.contains(".") }
        #expect(named.count > 60)
        #expect(named.filter { !tests.contains($0) } == [])
    }

    @Test func everyMutantOfTheTableExists() throws {
        let patches = Set(
            repository.names(in: "Mutants").filter { $0.hasSuffix(".patch") }.map {
                String($0.dropLast(6))
            })
        let named = try names().filter { $0.contains("-") && !$0.contains(" ") }
        #expect(named.count > 10)
        #expect(named.filter { !patches.contains($0) } == [])
    }

    /// What stands between backticks in the rows of the page's tables of claims.
    private func names() throws -> [String] {
        let page = try #require(repository.text("docs/testing.md"))
        let section = try #require(page.components(separatedBy: "where it is shown\n").last)
        return section.components(separatedBy: "\n").filter { $0.hasPrefix("|") }.flatMap { row in
            row.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }
                .map(\.element).filter { !$0.contains(" ") && $0 != "OrderedIndex" }
        }
    }

    /// Every test function with the type it is in.
    private func functions() -> Set<String> {
        var found: Set<String> = []
        for file in repository.tests {
            var type = ""
            for line in file.lines {
                let words = line.split { " (:<{".contains($0) }.map(String.init)
                let isType = line.first != " " && !line.hasPrefix("/")
                if isType, let place = words.firstIndex(where: Self.isTypeWord),
                    place + 1 < words.count
                {
                    type = words[place + 1]
                }
                if let place = words.firstIndex(of: "func"), place + 1 < words.count {
                    found.insert("\(type).\(words[place + 1])")
                }
            }
        }
        return found
    }

    private static func isTypeWord(_ word: String) -> Bool {
        ["struct", "class", "enum", "extension"].contains(word)
    }
}
