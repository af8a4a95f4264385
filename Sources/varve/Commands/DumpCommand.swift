import VarveLog

/// `varve dump`: everything that a log's files hold.
enum DumpCommand: Command {
    private static let frames = Option(
        name: "frames", value: .none, summary: "Show the journal: its files, groups and frames")
    private static let runs = Option(
        name: "runs", value: .none,
        summary: "Show the segments, their streams, and where their records lie")
    private static let checkpoints = Option(
        name: "checkpoints", value: .none,
        summary: "Show the places in segments where the chain's head is recorded")
    private static let catalog = Option(
        name: "catalog", value: .none, summary: "Show the keys and values of the catalog")
    private static let records = Option(
        name: "records", value: .none, summary: "Show each record of the frames and runs shown")
    private static let stream = Option(
        name: "stream", value: .text(placeholder: "STREAM"),
        summary: "Show only what is of this stream")
    private static let streamID = Option(
        name: "stream-id", value: .count(minimum: 1),
        summary: "Show only what is of the stream with this id")
    private static let from = Option(
        name: "from", value: .count(minimum: 0),
        summary: "Leave out frames before this LSN, and segments that end before it")
    private static let payload = Option(
        name: "payload", value: .choice(InspectionOptions.Content.allCases.map(\.rawValue)),
        summary: "How the bytes of records are shown", standard: "none")
    private static let json = Option(
        name: "json", value: .none, summary: "Print one JSON object a line for each thing found")

    static let signature = CommandSignature(
        name: "dump", summary: "Show everything that the files of a log hold",
        discussion: [
            "Without a choice of parts: the catalog, the segments with their streams, runs and "
                + "checkpoints, and the journal. Reads only, takes no lock, and needs little "
                + "memory whatever the log's size.",
            "Damage is shown where it is; what follows is what can still be read behind it. "
                + "Whether the log is sound is the question of varve verify.",
        ],
        positionals: [
            Positional(name: "DIR", summary: "Directory of the log (--data-dir of the server)")
        ],
        options: [
            frames, runs, checkpoints, catalog, records, stream, streamID, from, payload,
            VolumeOpening.keyFile, json,
        ],
        examples: [
            .init(line: "varve dump data", meaning: "everything but the records"),
            .init(
                line: "varve dump --runs --stream orders --payload text data",
                meaning: "the settled records of one stream"),
            .init(
                line: "varve dump --frames --from 1000 --payload base64 --json data",
                meaning: "the journal from an LSN on, for a program"),
        ],
        exitCodes: ["0 success", "1 failure", "2 wrong usage, or DIR is no log that can be read"])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        try InspectionOutput.run(
            try VolumeOpening.readOnly(arguments.positional(0) ?? "", arguments),
            options: try options(arguments), isJSON: arguments.isOn(json))
    }

    private static func options(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> InspectionOptions {
        var parts: Set<InspectionOptions.Part> = []
        if arguments.isOn(frames) { parts.insert(.frames) }
        if arguments.isOn(runs) { parts.formUnion([.segments, .runs]) }
        if arguments.isOn(checkpoints) { parts.formUnion([.segments, .runs, .checkpoints]) }
        if arguments.isOn(catalog) { parts.insert(.catalog) }
        if parts.isEmpty { parts = [.catalog, .segments, .runs, .checkpoints, .frames] }
        if arguments.isOn(records) { parts.insert(.records) }
        var options = InspectionOptions(parts: parts)
        let id = arguments.isGiven(streamID) ? arguments.count(streamID) : nil
        if let name = arguments.text(stream) {
            guard id == nil else { throw .usage("--stream and --stream-id exclude each other") }
            options.stream = .name(name)
        } else if let id {
            options.stream = .id(UInt64(id))
        }
        options.firstLSN = arguments.count(from).map { UInt64($0) } ?? 0
        options.content =
            arguments.text(payload).flatMap(InspectionOptions.Content.init(rawValue:)) ?? .none
        return options
    }
}
