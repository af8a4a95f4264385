import Foundation
import VarveClient
import VarveLog

/// `varve stats`: what a log amounts to.
enum StatsCommand: ClientCommand {
    private static let top = Option(
        name: "top", value: .count(minimum: 0), summary: "How many of the largest streams to name",
        standard: "10")

    static let signature = CommandSignature(
        name: "stats", summary: "Show what a log amounts to: streams, bytes, files",
        discussion: [
            "Of a server, by its URL, or of a directory, with a server on it or not. Streams, "
                + "records and bytes are those that are settled: what is in the journal alone "
                + "is not counted, but by a server under SERVER."
        ],
        positionals: [
            Positional(
                name: "DIR", summary: "Directory of a log; without it the server at --url",
                isOptional: true)
        ],
        options: [top, ServerAccess.url, VolumeOpening.keyFile, ServerAccess.json],
        examples: [
            .init(line: "varve stats", meaning: "of the server of this machine"),
            .init(line: "varve stats data --top 3 --json", meaning: "of a directory, for a script"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let count = min(arguments.count(top) ?? 10, 1000)
        let statistics: StorageStatistics
        if let directory = arguments.positional(0), !directory.contains("://") {
            statistics = try read(directory, count, arguments)
        } else {
            let client = try ServerAccess.client(arguments, address: arguments.positional(0))
            statistics = try await ServerAccess.perform { () async throws(ClientError) in
                try await client.statistics(top: count)
            }
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(statistics)
        } else {
            for line in lines(statistics) { try Output.line(line) }
        }
        return 0
    }

    private static func read(
        _ directory: String, _ top: Int, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> StorageStatistics {
        let volume = try VolumeOpening.readOnly(directory, arguments)
        do {
            let text = try LogStatistics(volume: volume, top: top).json()
            return try JSONDecoder().decode(StorageStatistics.self, from: Data(text.utf8))
        } catch {
            throw .failed("\(error)")
        }
    }

    private static func lines(_ statistics: StorageStatistics) -> [String] {
        var rows = [
            ["streams", "\(statistics.streams)"],
            ["records", "\(statistics.records)"],
            ["bytes", ByteCount.text(statistics.bytes)],
            [
                "of the store",
                "\(statistics.reservedRecords) records, "
                    + ByteCount.text(statistics.reservedBytes),
            ],
            ["settled through LSN", "\(statistics.settledLSN)"],
            ["on disk", ByteCount.text(statistics.diskBytes)],
        ]
        for (name, files) in [
            ("journal", statistics.journal), ("spare files", statistics.spares),
            ("segments", statistics.segments), ("catalog", statistics.catalog),
        ] {
            rows.append([name, "\(files.files) files, \(ByteCount.text(files.bytes))"])
        }
        rows.append([
            "records in segments",
            "\(ByteCount.text(statistics.segmentRecordBytes)), stored in "
                + ByteCount.text(statistics.segmentStoredBytes),
        ])
        if let server = statistics.server {
            rows += [
                ["SERVER", ""],
                ["streams", "\(server.streams)"],
                ["bytes", ByteCount.text(server.bytes)],
                ["durable through LSN", "\(server.durableLSN)"],
                ["memory", ByteCount.text(server.residentBytes)],
                ["taken since start", ByteCount.text(server.appendBytes)],
                [
                    "write amplification",
                    server.writeAmplification.map { String(format: "%.2f", $0) } ?? "-",
                ],
            ]
        }
        var lines = TextTable.lines(rows)
        guard !statistics.largest.isEmpty else { return lines }
        lines += TextTable.lines(
            [["RECORDS", "SIZE", "STREAM"]]
                + statistics.largest.map {
                    ["\($0.records)", ByteCount.text($0.bytes), $0.name]
                }, rightColumns: [0, 1])
        return lines
    }
}
