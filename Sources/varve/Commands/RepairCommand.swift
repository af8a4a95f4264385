import Foundation
import VarveLog
import VarvePlatform
import VarveStorage
import VarveStore
import VarveStreams

/// `varve repair`: what to do about a log that does not open.
enum RepairCommand: Command {
    private static let rebuildCatalog = Option(
        name: "rebuild-catalog", value: .none,
        summary: "Make the catalog anew from the segments; nothing is lost by it")
    private static let rebuildIndex = Option(
        name: "rebuild-index", value: .none,
        summary: "Make the store's index anew from its batches; nothing is lost by it")
    private static let compareIndex = Option(
        name: "compare-index", value: .none,
        summary: "Compare the store's index, row by row, with one made from its batches")
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
        options: [
            rebuildCatalog, rebuildIndex, compareIndex, quarantine, dryRun, yes,
            VolumeOpening.keyFile, json,
        ],
        examples: [
            .init(line: "varve repair data", meaning: "what is wrong, and what would help"),
            .init(
                line: "varve repair data --rebuild-catalog",
                meaning: "for a catalog that cannot be read"),
            .init(
                line: "varve repair data --rebuild-index",
                meaning: "for an index of the key-value store that cannot be read"),
            .init(
                line: "varve repair data --compare-index",
                meaning: "that every key has the value of its last batch"),
            .init(
                line: "varve repair data --quarantine --dry-run",
                meaning: "what would be given up, stream by stream"),
            .init(line: "varve repair data --quarantine --yes", meaning: "give it up"),
        ],
        exitCodes: [
            "0 the log opens, and the index that was compared is right", "1 not so, or failure",
            "2 wrong usage",
        ])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        var actions: Set<LogRepair.Action> = []
        if arguments.isOn(rebuildCatalog) { actions.insert(.rebuildCatalog) }
        if arguments.isOn(quarantine) { actions.insert(.quarantine) }
        let isDryRun = arguments.isOn(dryRun)
        if actions.contains(.quarantine), !isDryRun, !arguments.isOn(yes) {
            throw .usage(
                "--quarantine gives data up: look at what with --dry-run, then say --yes")
        }
        let task = try indexTask(arguments)
        if let task, !actions.isEmpty {
            throw .usage("\(task.option) is for a log that opens: what repairs that comes first")
        }
        let isLooking = (actions.isEmpty && task == nil) || isDryRun
        let directory = arguments.positional(0) ?? ""
        let volume =
            isLooking
            ? try VolumeOpening.readOnly(directory, arguments)
            : try VolumeOpening.readWrite(directory, arguments)
        let label = label()
        var report: RepairReport
        do throws(LogError) {
            report = try LogRepair.run(
                volume: volume, actions: actions, label: label, isDryRun: isDryRun)
        } catch {
            throw .failed(error.description)
        }
        let index = report.verification.flatMap { IndexRepair(of: volume, $0) }
        report.findings += index?.look() ?? []
        var isSame = true
        if let task {
            guard let index else { throw .failed(whyNoIndex(volume, report)) }
            isSame = try perform(task, index, of: volume, in: &report, label, isDryRun: isDryRun)
        }
        if arguments.isOn(json) {
            try Output.line(report.json)
        } else {
            for line in report.lines { try Output.line(line) }
        }
        return report.opens && isSame ? 0 : 1
    }

    /// What is to be done with the store's index.
    private enum IndexTask {
        case rebuild
        case compare

        var option: String { self == .rebuild ? "--rebuild-index" : "--compare-index" }
    }

    private static func indexTask(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> IndexTask? {
        guard arguments.isOn(compareIndex) else {
            return arguments.isOn(rebuildIndex) ? .rebuild : nil
        }
        if arguments.isOn(rebuildIndex) || arguments.isOn(dryRun) {
            throw .usage("--compare-index stands alone: it repairs nothing")
        }
        return .compare
    }

    /// Whether the index is as the log says, or is now.
    private static func perform(
        _ task: IndexTask, _ index: IndexRepair, of volume: any Volume,
        in report: inout RepairReport, _ label: String, isDryRun: Bool
    ) throws(CommandFailure) -> Bool {
        do {
            try index.checkCompleteness()
            guard !isDryRun else {
                try index.plan(in: &report, label: label)
                return true
            }
            // The layer above has to take part: what is in the journal is settled in the end.
            let engine = try StreamEngine.open(
                volume: volume, clock: SystemClock(), random: SystemRandom())
            defer { engine.close() }
            switch task {
            case .rebuild:
                try index.rebuild(on: engine.log, in: &report, label: label)
                return true
            case .compare: return try index.compare(on: engine.log, in: &report, label: label)
            }
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Why there is no index to be made anew.
    private static func whyNoIndex(_ volume: any Volume, _ report: RepairReport) -> String {
        if report.verification == nil {
            return "the log does not open, and the index is made from it: that comes first; "
                + "without an action, varve repair says what helps"
        }
        return volume is FileVolume
            ? "the log has no store"
            : "the index of an encrypted store is in memory, and made anew at every start"
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
