import Testing

/// Which part of the system may know which other: the arrows of docs/architecture.md.
@Suite struct ImportTests {
    private let repository = Repository.current

    /// What each target may import besides the standard library's own modules.
    private static let allowed: [String: Set<String>] = [
        "VarvePlatform": ["CVarve", "Glibc"],
        "VarveBytes": ["CVarve", "COpenSSL"],
        "VarveStorage": ["VarvePlatform", "VarveBytes"],
        "VarveIndex": ["CRocksDB", "VarvePlatform", "VarveBytes"],
        "VarveSimulation": ["VarveStorage", "VarveIndex", "VarvePlatform", "VarveBytes"],
        "VarveLog": [
            "VarveIndex", "VarveStorage", "VarvePlatform", "VarveBytes", "CZstd", "CLZ4",
        ],
        "VarveStreams": [
            "VarveLog", "VarveIndex", "VarveStorage", "VarvePlatform", "VarveBytes", "CSimdjson",
        ],
        "VarveStore": [
            "VarveLog", "VarveIndex", "VarveStorage", "VarvePlatform", "VarveBytes", "CRE2",
        ],
        "VarveSimulator": [
            "VarveSimulation", "VarveStreams", "VarveStore", "VarveLog", "VarveIndex",
            "VarveStorage", "VarvePlatform", "VarveBytes",
        ],
        "varve-simulate": ["VarveSimulator", "VarvePlatform", "Foundation"],
        "VarveHTTP": ["VarveBytes"],
        "VarveConnect": ["CMessages", "CProtobufC", "CZlib", "CZstd", "VarveBytes"],
        "VarveNetwork": ["VarveHTTP", "VarvePlatform", "VarveBytes"],
        "VarveServer": [
            "VarveNetwork", "VarveHTTP", "VarveConnect", "VarveStreams", "VarveStore", "VarveLog",
            "VarveIndex", "VarveStorage", "VarvePlatform",
            "VarveBytes", "Foundation",
        ],
        "VarveClient": [
            "VarveHTTP", "VarveConnect", "VarveBytes", "Foundation", "FoundationNetworking",
        ],
        "VarveLoad": ["VarveHTTP", "VarvePlatform", "VarveBytes", "Foundation"],
        "VarveConformance": ["VarveStreams", "VarvePlatform"],
        "varve": [
            "VarveServer", "VarveNetwork", "VarveHTTP", "VarveStreams", "VarveStore", "VarveLog",
            "VarveStorage", "VarveClient", "VarveLoad", "VarveConformance", "VarvePlatform",
            "VarveBytes",
            "Foundation",
            "FoundationNetworking",
        ],
        "varve-bench": [
            "VarveStreams", "VarveStore", "VarveLog", "VarveIndex", "VarveStorage", "VarvePlatform",
            "VarveBytes", "Foundation",
        ],
    ]

    /// Modules of the standard library, open to all.
    private static let standard: Set<String> = ["Synchronization", "Builtin", "Swift"]

    @Test func everyTargetImportsOnlyWhatLiesBelowIt() {
        var wrong: [String] = []
        for file in repository.sources {
            let target = String(file.path.split(separator: "/")[1])
            let allowed = Self.allowed[target] ?? []
            for line in file.lines {
                guard let module = Self.imported(by: line) else { continue }
                if !allowed.contains(module), !Self.standard.contains(module) {
                    wrong.append("\(file.path) imports \(module)")
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func everyTargetHasItsRule() {
        let targets = Set(repository.sources.map { String($0.path.split(separator: "/")[1]) })
        #expect(targets.subtracting(Self.allowed.keys).isEmpty)
    }

    /// The module that a line imports.
    private static func imported(by line: String) -> String? {
        let words = line.split(separator: " ")
        guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
            words[..<keyword].allSatisfy({
                $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0)
            })
        else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "var", "let"]
        let path = kinds.contains(words[keyword + 1]) ? words[keyword + 2] : words[keyword + 1]
        return path.split(separator: ".").first.map(String.init)
    }
}
