import VarveClient
import VarveLog
import VarvePlatform
import VarveStreams

/// `varve compact`: merges segments, of a server's log or of a directory.
enum CompactCommand: ClientCommand {
    static let signature = CommandSignature(
        name: "compact", summary: "Merge segments, and drop what is not needed any more",
        discussion: [
            "A server does that by itself when it is worth it; this is for who wants the space "
                + "now. With DIR the log is opened here, so no server may have it."
        ],
        positionals: [
            Positional(
                name: "DIR", summary: "Directory of a log; without it the server at --url",
                isOptional: true)
        ],
        options: [ServerAccess.url, VolumeOpening.keyFile, ServerAccess.json],
        examples: [
            .init(line: "varve compact", meaning: "by the server of this machine"),
            .init(line: "varve compact data", meaning: "of a stopped server"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let receipt: CompactionReceipt
        if let directory = arguments.positional(0), !directory.contains("://") {
            receipt = try compact(directory, arguments)
        } else {
            let client = try ServerAccess.client(arguments, address: arguments.positional(0))
            receipt = try await ServerAccess.perform { () async throws(ClientError) in
                try await client.compact()
            }
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(receipt)
        } else {
            try Output.line(
                "\(receipt.merges) merges of \(receipt.segments) segments: "
                    + "\(ByteCount.text(receipt.bytesBefore)) became "
                    + ByteCount.text(receipt.bytesAfter))
        }
        return 0
    }

    private static func compact(
        _ directory: String, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> CompactionReceipt {
        let volume = try VolumeOpening.readWrite(directory, arguments)
        do {
            // What a server signed must not lose that by being merged.
            let ring = KeyRing(logDirectory: directory)
            let signer = ring.hasSigningKey ? try ring.signer() : nil
            // The layer above has to take part: what is in the journal is settled first.
            let engine = try StreamEngine.open(
                volume: volume, clock: SystemClock(), random: SystemRandom(), signer: signer)
            defer { engine.close() }
            let report = try engine.log.compact()
            return CompactionReceipt(
                merges: UInt64(report.merges), segments: UInt64(report.segmentsBefore),
                bytesBefore: report.bytesBefore, bytesAfter: report.bytesAfter)
        } catch {
            throw .failed("\(error)")
        }
    }
}
