import VarveClient

/// `varve redact`: erases what records of a stream say.
enum RedactCommand: ClientCommand {
    private static let offset = Option(
        name: "offset", value: .text(placeholder: "TOKEN"),
        summary: "Where the first of the records begins")
    private static let records = Option(
        name: "records", value: .count(minimum: 1),
        summary: "How many records to erase, up to 10000", standard: "1")
    private static let reason = Option(
        name: "reason", value: .text(placeholder: "TEXT"),
        summary: "Who wants it and why, up to 1024 bytes; kept in the journal's frame and logged")

    static let signature = CommandSignature(
        name: "redact", summary: "Erase what records of a stream say, for good",
        discussion: [
            "Offsets and lengths stay, a filler stands where the bytes were, and the stream goes "
                + "on verifying: the records keep their hashes. Forks see the filler too. When "
                + "this returns, no file of the log has the bytes, unless it says so.",
            "Backups, copies and caches made before are not touched: see docs/operations.md.",
        ],
        positionals: [ServerAccess.stream],
        options: [offset, records, reason, ServerAccess.url, ServerAccess.json],
        examples: [
            .init(
                line: "varve redact orders --offset 0000000000000064_0000000000002710 "
                    + "--reason \"request 17\"",
                meaning: "the record number 100 loses what it said")
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let records: UInt64
        let nextOffset: String
        let lsn: UInt64
        let erased: Bool
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        guard let token = arguments.text(offset) else { throw .usage("--offset is needed") }
        guard let reason = arguments.text(reason) else { throw .usage("--reason is needed") }
        let count = UInt64(arguments.count(records) ?? 1)
        let client = try ServerAccess.client(arguments)
        let done = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.redact(
                name, from: StreamOffset(token), records: count, reason: reason)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(
                Report(
                    stream: name, records: done.records, nextOffset: done.nextOffset,
                    lsn: done.lsn, erased: done.erased))
        } else {
            try Output.line(
                "\(done.records) records of \(name) redacted, up to \(done.nextOffset)"
                    + (done.erased
                        ? "" : "; some file has them as long as a read or a backup needs it"))
        }
        return 0
    }
}
