import Foundation

/// A page that tells what to type and what comes back: its `console` blocks, in order.
///
/// In a block, a line that begins with `$ ` is a command (a `\` at its end continues it), the lines
/// up to the next command are everything it prints.
struct Story: Sendable {
    /// One command of the page.
    struct Step: Sendable {
        /// The command, its lines joined.
        let command: String
        /// What the page says it prints.
        let output: [String]
        /// The number of its line in the page, from 1.
        let line: Int
        /// The lines of the page that hold its output.
        let outputLines: Range<Int>

        /// Whether the command goes on until it is stopped: the page shows what it prints until
        /// then.
        var isEndless: Bool {
            !command.hasSuffix("&")
                && (command.contains("live=sse") || command.hasPrefix("varve tail")
                    || command.hasPrefix("varve serve"))
        }

        /// Whether typing the command again does no harm, so that it may wait for what others
        /// write.
        var isRepeatable: Bool { command.hasPrefix("cat ") || command.hasPrefix("varve verify") }
    }

    /// The page's path from the root of the repository.
    let path: String

    /// Its commands.
    let steps: [Step]

    init(path: String, lines: [String]) {
        self.path = path
        var steps: [Step] = []
        var isInside = false
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            if line.hasPrefix("```") {
                isInside = line == "```console"
                continue
            }
            guard isInside, line.hasPrefix("$ ") else { continue }
            var command = String(line.dropFirst(2))
            let first = index
            while command.hasSuffix("\\"), index < lines.count {
                command = command.dropLast() + lines[index].trimmingCharacters(in: .whitespaces)
                index += 1
            }
            let start = index
            while index < lines.count, !lines[index].hasPrefix("$ "), lines[index] != "```" {
                index += 1
            }
            steps.append(
                Step(
                    command: command, output: Array(lines[start..<index]), line: first,
                    outputLines: start..<index))
        }
        self.steps = steps
    }
}
