/// Finds the functions of a file by their indentation, which the formatter guarantees.
enum Functions {
    /// One function or initialiser.
    struct Found {
        /// The line of its `func` or `init`, counted from 1.
        let firstLine: Int
        /// The number of lines from there through its closing brace.
        let lineCount: Int
    }

    /// Every function with a body of more than one line.
    static func all(in file: Repository.File) -> [Found] {
        file.lines.indices.compactMap { index in
            let line = file.lines[index]
            let indentation = line.prefix { $0 == " " }
            guard isDeclaration(line.dropFirst(indentation.count)) else { return nil }
            var next = index
            while next < file.lines.count {
                let candidate = file.lines[next]
                // A requirement of a protocol, or a body on one line, has no closing brace of its
                // own.
                if next > index, candidate.hasPrefix(indentation + "}") {
                    return Found(firstLine: index + 1, lineCount: next - index + 1)
                }
                let depth = candidate.prefix { $0 == " " }.count
                if next > index, depth <= indentation.count, !candidate.isEmpty,
                    !candidate.hasPrefix(indentation + ")"),
                    !candidate.hasPrefix(indentation + "{"),
                    !candidate.hasPrefix(indentation + "#")
                {
                    return nil
                }
                next += 1
            }
            return nil
        }
    }

    private static func isDeclaration(_ text: Substring) -> Bool {
        let modifiers: Set<Substring> = [
            "public", "package", "internal", "private", "fileprivate", "static", "final",
            "mutating",
            "borrowing", "consuming", "override", "required", "convenience", "nonisolated",
            "@inlinable",
            "@inline(__always)", "@usableFromInline", "@discardableResult", "class",
        ]
        for word in text.split(separator: " ") {
            if word == "func" || word.hasPrefix("init(") || word.hasPrefix("init<")
                || word == "deinit"
            {
                return true
            }
            if !modifiers.contains(word) { return false }
        }
        return false
    }
}
