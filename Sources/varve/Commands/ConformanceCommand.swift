import Foundation
import VarveConformance
import VarvePlatform

/// `varve conformance`: shows, case by case, whether a server does what the protocol says.
enum ConformanceCommand: Command {
    private static let filter = Option(
        name: "filter", value: .text(placeholder: "TEXT"),
        summary: "Only the cases whose topic or claim contains this text")
    private static let profile = Option(
        name: "profile", value: .text(placeholder: "core|varve"),
        summary:
            "What is asked: the protocol alone, or also what Varve promises beyond it",
        standard: "core")

    static let signature = CommandSignature(
        name: "conformance", summary: "Check that a server keeps to the protocol",
        discussion: [
            "Each case has a conversation with the server over raw sockets, with streams of its "
                + "own below the base path; they are left there. A case that needs another "
                + "configuration of the server, or a clock that can be moved, is skipped.",
            "The exit code is 0 when no case failed and 1 when one did.",
        ],
        positionals: [
            Positional(
                name: "URL", summary: "Server with its base path; without it VARVE_URL or --url",
                isOptional: true)
        ],
        options: [filter, profile, ServerAccess.url, ServerAccess.json],
        examples: [
            .init(
                line: "varve conformance http://127.0.0.1:4437/v1/stream",
                meaning: "the protocol's cases"),
            .init(
                line: "varve conformance --profile varve --filter long-poll --json",
                meaning: "some of all cases, for a script"),
        ])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let address = try PlainAddress(argument: 0, of: arguments)
        let run = ConformanceRun(
            ServerPlace(host: address.host, port: address.port), basePath: address.basePath,
            profile: try profile(arguments), filter: arguments.text(filter),
            prefix: "conformance-\(String(SystemRandom().next(), radix: 36))")
        guard run.count > 0 else {
            throw .usage(
                "--filter: expected a part of a topic or a claim, found "
                    + "\"\(arguments.text(filter) ?? "")\"")
        }
        do {
            try run.reach()
        } catch {
            throw .failed("\(address.host):\(address.port): \(error)")
        }
        return try report(run, asJSON: arguments.isOn(ServerAccess.json))
    }

    /// Runs the cases and prints what becomes of them; returns the exit code.
    private static func report(
        _ run: ConformanceRun, asJSON: Bool
    ) throws(CommandFailure) -> Int32 {
        var report = ConformanceReport()
        var progress = ProgressLine()
        for index in 0..<run.count {
            progress.show("\(index) of \(run.count) cases, \(report.failed) failed")
            let result = ConformanceReport.Case(run.result(index))
            report.add(result)
            guard !asJSON, !result.failures.isEmpty else { continue }
            progress.clear()
            for line in result.lines { try Output.line(line) }
        }
        progress.clear()
        if asJSON {
            try Output.json(report)
        } else {
            for line in report.lines { try Output.line(line) }
        }
        return report.failed == 0 ? 0 : 1
    }

    private static func profile(_ arguments: ParsedArguments) throws(CommandFailure) -> Profile {
        let word = arguments.text(profile) ?? Profile.core.rawValue
        guard let profile = Profile(rawValue: word) else {
            throw .usage("--profile: expected core or varve, found \"\(word)\"")
        }
        return profile
    }
}
