import Foundation
import Testing

/// Where a thing is found: one noun a file, under the noun's name.
@Suite struct NamingTests {
    private let repository = Repository.current

    @Test func aFileWithOneMainTypeCarriesItsName() {
        var wrong: [String] = []
        for file in repository.sources where file.stem != "main" {
            let types = Self.topLevelTypes(of: file)
            let stem = file.stem.split(separator: "+").first.map(String.init) ?? file.stem
            // What a file adds to another type may need a small type of its own.
            let extends = file.lines.contains { line in
                line.hasPrefix("extension ") && !line.hasPrefix("extension \(types.first ?? "")")
            }
            if types.count == 1, types[0] != stem, !extends {
                wrong.append("\(file.path) declares \(types[0])")
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func noSourceFileIsEmptyOfDeclarations() {
        let words = [
            "struct ", "class ", "enum ", "protocol ", "extension ", "func ", "actor ", "let ",
        ]
        let empty = repository.sources.filter { file in
            file.stem != "main"
                && !file.lines.contains { line in
                    let code = Repository.code(of: line)
                    return words.contains { code.contains($0) }
                }
        }
        #expect(empty.map(\.path).isEmpty)
    }

    @Test func everySourceFileSaysWhatItIs() {
        let bare = repository.sources.filter { file in
            file.stem != "main"
                && !file.lines.contains { $0.contains("/// ") || $0.hasPrefix("// ") }
        }
        #expect(bare.map(\.path).isEmpty)
    }

    @Test func everyOfferedDeclarationIsDocumented() {
        let asked = Set(repository.sources.flatMap(Self.requirements)).union(
            Self.standardRequirements)
        let bare = repository.sources.flatMap { file in
            file.lines.indices.filter { index in
                guard let name = Self.undocumented(at: index, in: file) else { return false }
                return !asked.contains(name)
            }.map {
                "\(file.path):\($0 + 1): \(file.lines[$0].trimmingCharacters(in: .whitespaces))"
            }
        }
        #expect(bare.isEmpty)
    }

    /// The types declared in the first column for more than their own file, extensions not counted.
    private static func topLevelTypes(of file: Repository.File) -> [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor"]
        return file.lines.compactMap { line in
            guard let first = line.first, first != " ", first != "/", first != "}" else {
                return nil
            }
            let words = line.split { $0 == " " || $0 == ":" || $0 == "<" || $0 == "{" }
            guard let kind = words.firstIndex(where: { kinds.contains($0) }),
                kind + 1 < words.count,
                words[..<kind].allSatisfy({ $0.hasPrefix("@") || modifiers.contains($0) })
            else { return nil }
            return words[0].hasSuffix("private") ? nil : String(words[kind + 1])
        }
    }

    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "final", "indirect", "static",
        "mutating", "nonisolated", "borrowing", "consuming", "override", "class", "convenience",
        "required", "lazy", "weak", "unowned(unsafe)",
    ]

    /// What protocols of the standard library ask for.
    private static let standardRequirements: Set<String> = [
        "description", "debugDescription", "hash", "==", "<", "next", "makeIterator", "rawValue",
    ]

    /// What the protocols of a file ask for: a type that fulfils it need not document it again.
    private static func requirements(of file: Repository.File) -> [String] {
        var names: [String] = []
        var isInside = false
        for line in file.lines {
            if line.hasPrefix("}") { isInside = false }
            if isInside, let name = declaredName(in: line) { names.append(name) }
            if line.contains("protocol "), line.hasSuffix("{"), line.first != " " {
                isInside = true
            }
        }
        return names
    }

    /// The name that the line declares for other targets without a comment above it, nil otherwise.
    private static func undocumented(at index: Int, in file: Repository.File) -> String? {
        let line = file.lines[index].trimmingCharacters(in: .whitespaces)
        guard line.hasPrefix("public ") || line.hasPrefix("package "),
            let name = declaredName(in: line)
        else { return nil }
        var above = index - 1
        while above >= 0 {
            let text = file.lines[above].trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("//") { return nil }
            guard text.hasPrefix("@") || text.hasPrefix("#") else { return name }
            above -= 1
        }
        return name
    }

    /// The name of what the line declares: a function, property, type or initialiser.
    private static func declaredName(in line: String) -> String? {
        let words = line.split(separator: " ")
        guard
            let first = words.firstIndex(where: { !modifiers.contains($0) && !$0.hasPrefix("@") })
        else { return nil }
        if words[first].hasPrefix("init") { return "init" }
        let declarations: Set<Substring> = [
            "func", "var", "let", "struct", "class", "enum", "protocol", "typealias", "actor",
        ]
        guard declarations.contains(words[first]), first + 1 < words.count else { return nil }
        return words[first + 1].split { "(:<{".contains($0) && words[first + 1].count > 2 }.first
            .map(String.init)
    }
}
