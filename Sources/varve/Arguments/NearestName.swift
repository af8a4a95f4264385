/// Finds the word that a misspelt one most likely stands for.
enum NearestName {
    /// The nearest of `candidates`, or nil when none is near enough to suggest.
    static func of(_ word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let near = candidates.map { (name: $0, distance: distance(word, $0)) }
            .filter { $0.distance <= limit || $0.name.hasPrefix(word) && word.count >= 2 }
        return near.min { $0.distance < $1.distance }?.name
    }

    /// The words ` (did you mean X?)`, empty when nothing is near; `dashes` stand before the name.
    static func hint(_ word: String, among candidates: [String], dashes: String = "") -> String {
        of(word, among: candidates).map { " (did you mean \(dashes)\($0)?)" } ?? ""
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one word to
    /// the other (the restricted Damerau-Levenshtein distance).
    static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first)
        let second = Array(second)
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in 0..<first.count {
            var current = [row + 1]
            for column in 0..<second.count {
                let replaced = last[column] + (first[row] == second[column] ? 0 : 1)
                var best = min(last[column + 1] + 1, current[column] + 1, replaced)
                if row > 0, column > 0, first[row] == second[column - 1],
                    first[row - 1] == second[column]
                {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
