import Foundation
import VarveClient

/// `varve append`: sends standard input or a file to a stream.
enum AppendCommand: ClientCommand {
    private static let jsonLines = Option(
        name: "json-lines", value: .none,
        summary: "Each line is one JSON message; the lines that are there at once go in one append",
        letter: "l")
    private static let data = Option(
        name: "data", value: .text(placeholder: "TEXT"), summary: "Append this text", letter: "d")
    private static let contentType = Option(
        name: "content-type", value: .text(placeholder: "TYPE"),
        summary: "Content type of the stream; without it the server is asked", letter: "t")
    private static let batchBytes = Option(
        name: "batch-bytes", value: .bytes, summary: "The most bytes of one append",
        standard: "1MiB")
    private static let producer = Option(
        name: "producer", value: .text(placeholder: "ID"),
        summary:
            "Append as this producer: an append whose answer was lost is sent again and stored "
            + "once")
    private static let producerEpoch = Option(
        name: "producer-epoch", value: .count(minimum: 0), summary: "The producer's epoch",
        standard: "0")
    private static let producerSequence = Option(
        name: "producer-sequence", value: .count(minimum: 0),
        summary: "The producer's sequence for the first append", standard: "0")
    private static let sequence = Option(
        name: "sequence", value: .text(placeholder: "TEXT"),
        summary: "Stream-Seq of the append, which must be a single one")
    private static let close = Option(
        name: "close", value: .none, summary: "Close the stream with the last append")

    static let signature = CommandSignature(
        name: "append", summary: "Append standard input or a file to a stream",
        discussion: [
            "The command returns when the server has made everything durable. Input of more than "
                + "--batch-bytes is sent in several appends; what was acknowledged before a "
                + "failure stays, and the error tells how much that is."
        ],
        positionals: [
            ServerAccess.stream,
            Positional(
                name: "FILE", summary: "What to append; - or nothing is standard input",
                isOptional: true),
        ],
        options: [
            data, jsonLines, contentType, batchBytes, producer, producerEpoch, producerSequence,
            sequence, close, ServerAccess.url, ServerAccess.json,
        ],
        examples: [
            .init(line: "echo hello | varve append logs/web", meaning: "one record"),
            .init(
                line: "varve append --json-lines orders orders.ndjson",
                meaning: "one message for each line"),
            .init(
                line: "varve append -d '{\"n\":1}' --producer p1 orders",
                meaning: "safe to run again"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        let client = try ServerAccess.client(arguments)
        let limit = max(1, arguments.bytes(batchBytes) ?? 1)
        var source = try source(arguments, limit)
        var upload = Upload(
            client: client, stream: name,
            contentType: try await contentType(arguments, client, name),
            producer: arguments.text(producer).map { id in
                StreamProducer(
                    id: id, epoch: UInt64(arguments.count(producerEpoch) ?? 0),
                    sequence: UInt64(arguments.count(producerSequence) ?? 0))
            })
        let closes = arguments.isOn(close)
        var batch = try source.next()
        guard batch != nil || closes else {
            throw .failed("\(name): nothing to append: the input is empty")
        }
        repeat {
            let following = batch == nil ? nil : try source.next()
            if following != nil, arguments.isGiven(sequence) {
                throw .usage("--sequence: expected input of one append (--batch-bytes), found more")
            }
            try await upload.send(
                batch, sequence: arguments.text(sequence), closes: closes && following == nil)
            batch = following
        } while batch != nil
        try upload.report(asJSON: arguments.isOn(ServerAccess.json))
        return 0
    }

    /// Where the batches come from.
    private static func source(
        _ arguments: ParsedArguments, _ limit: Int
    ) throws(CommandFailure) -> BatchSource {
        let form: BatchSource.Form = arguments.isOn(jsonLines) ? .jsonLines : .bytes
        guard let text = arguments.text(data) else {
            return BatchSource(
                input: try Input(path: arguments.positional(1) ?? "-"), form: form, bytesMax: limit)
        }
        if let file = arguments.positional(1) {
            throw .usage("--data and FILE exclude each other, found \"\(file)\"")
        }
        return BatchSource(content: Data(text.utf8), form: form, bytesMax: limit)
    }

    /// The content type to send: the one given, that of JSON lines, or the stream's own.
    private static func contentType(
        _ arguments: ParsedArguments, _ client: StreamClient, _ name: String
    ) async throws(CommandFailure) -> String {
        if let given = arguments.text(contentType) { return given }
        if arguments.isOn(jsonLines) { return "application/json" }
        return try await ServerAccess.perform { () async throws(ClientError) in
            try await client.head(name).contentType
        }
    }
}
