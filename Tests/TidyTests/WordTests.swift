import Testing

/// Words that must not be written here, each for the reason its test names.
@Suite struct WordTests {
    private let repository = Repository.current

    /// Joins two halves, so that this file does not contain the word it looks for.
    private static func word(_ first: String, _ second: String) -> String { first + second }

    @Test(arguments: [word("TO", "DO"), word("FIX", "ME"), word("XX", "X"), word("HA", "CK")])
    func nothingIsLeftForLater(mark: String) {
        #expect(Repository.places(in: repository.files) { $0.contains(mark) }.isEmpty)
    }

    @Test(arguments: [word("try", "!"), word("as", "!"), word("fatal", "Error(")])
    func noInputCanTrapTheProgram(trap: String) {
        let places = Repository.places(in: repository.sources) {
            Repository.code(of: $0).contains(trap)
        }
        #expect(places.isEmpty)
    }

    @Test(arguments: ["Utils", "Utilities", "Helper", "Manager", "Misc", "Common"])
    func noFileIsNamedForWhatIsLeftOver(name: String) {
        #expect(repository.swift.filter { $0.stem.contains(name) }.map(\.path).isEmpty)
    }

    @Test(arguments: [
        word("Task.", "sleep"), word("usl", "eep("), word("Thread.", "sleep"),
        word("nanosl", "eep("),
    ])
    func noTestWaitsForTimeInsteadOfACondition(sleep: String) {
        #expect(Repository.places(in: repository.tests) { $0.contains(sleep) }.isEmpty)
    }

    @Test(arguments: [
        word("/wo", "rk/"), word("/fa", "rm/"), word("/ro", "ot/"), word("/tmp/", "varve/"),
    ])
    func noPathOfOneMachineIsWrittenDown(path: String) {
        #expect(Repository.places(in: repository.files) { $0.contains(path) }.isEmpty)
    }

    @Test func everyUncheckedSendableSaysWhyItIsSafe() {
        let mark = Self.word("@unchecked ", "Sendable")
        let bare = repository.sources.flatMap { file in
            file.lines.indices.filter { index in
                guard Repository.code(of: file.lines[index]).contains(mark) else { return false }
                let around = file.lines[max(0, index - 12)...min(index + 4, file.lines.count - 1)]
                let said = around.filter { $0.contains("//") }.joined(separator: " ").lowercased()
                return ![
                    "sendable", "thread", "lock", "loop", "mutex", "immutable", "atomic", "proof",
                ]
                .contains { said.contains($0) }
            }.map { "\(file.path):\($0 + 1)" }
        }
        #expect(bare.isEmpty)
    }
}
