import Foundation
import VarveLog

/// `varve repair`: what to do about a log that does not open.
enum RepairCommand: Command {
    private static let rebuildCatalog = Option(
        name: "rebuild-catalog", value: .none,
        summary: "Make the catalog anew from the segments; nothing is lost by it")
    private static let quarantine = Option(
        name: "quarantine", value: .none,
        summary: "Take away what keeps the log from being opened, and say exactly what is lost")
    private static let dryRun = Option(
        name: "dry-run", value: .none, summary: "Say what would be done, and do nothing")
    private static let yes = Option(
        name: "yes", value: .none, summary: "Really do it: --quarantine gives data up")
    private static let json = Option(
        name: "json", value: .none, summary: "Print the report as one JSON object")

    static let signature = CommandSignature(
        name: "repair", summary: "Say why a log does not open, and repair it",
        discussion: [
            "Without an action it looks only, and says what each action would help against. Before "
                + "anything else, think of a backup: a segment never changes, so one file of it "
                + "may be all that is needed.",
            "What is removed is moved to DIR/quarantine/TIME with a report; nothing is thrown "
                + "away. The log must not be in use. An interrupted repair is simply done again.",
        ],
        positionals: [
            Positional(name: "DIR", summary: "Directory of the log (--data-dir of the server)")
        ],
        options: [rebuildCatalog, quarantine, dryRun, yes, VolumeOpening.keyFile, json],
        examples: [
            .init(line: "varve repair data", meaning: "what is wrong, and what would help"),
            .init(
                line: "varve repair data --rebuild-catalog",
                meaning: "for a catalog that cannot be read"),
            .init(
                line: "varve repair data --quarantine --dry-run",
                meaning: "what would be given up, stream by stream"),
            .init(line: "varve repair data --quarantine --yes", meaning: "give it up"),
        ],
        exitCodes: ["0 the log opens", "1 it does not, or failure", "2 wrong usage"])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        var actions: Set<LogRepair.Action> = []
        if arguments.isOn(rebuildCatalog) { actions.insert(.rebuildCatalog) }
        if arguments.isOn(quarantine) { actions.insert(.quarantine) }
        let isDryRun = arguments.isOn(dryRun)
        if actions.contains(.quarantine), !isDryRun, !arguments.isOn(yes) {
            throw .usage(
                "--quarantine gives data up: look at what with --dry-run, then say --yes")
        }
        let directory = arguments.positional(0) ?? ""
        let isLooking = actions.isEmpty || isDryRun
        let volume =
            isLooking
            ? try VolumeOpening.readOnly(directory, arguments)
            : try VolumeOpening.readWrite(directory, arguments)
        let report: RepairReport
        do throws(LogError) {
            report = try LogRepair.run(
                volume: volume, actions: actions, label: label(), isDryRun: isDryRun)
        } catch {
            throw .failed(error.description)
        }
        if arguments.isOn(json) {
            try Output.line(report.json)
        } else {
            for line in report.lines { try Output.line(line) }
        }
        return report.opens ? 0 : 1
    }

    /// The time, as a name that sorts and that every file system takes.
    private static func label() -> String {
        Date.now.formatted(
            .iso8601.year().month().day().dateSeparator(.dash).timeSeparator(.omitted)
                .dateTimeSeparator(.standard).time(includingFractionalSeconds: true)
        )
        .replacing(".", with: "-") + "Z"
    }
}
