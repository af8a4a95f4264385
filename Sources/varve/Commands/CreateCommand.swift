import Foundation
import VarveClient

/// `varve create`: makes a stream.
enum CreateCommand: ClientCommand {
    private static let contentType = Option(
        name: "content-type", value: .text(placeholder: "TYPE"),
        summary: "Content type, kept as it is given; application/json keeps messages apart",
        standard: "application/octet-stream", letter: "t")
    private static let ttl = Option(
        name: "ttl", value: .count(minimum: 0),
        summary: "Seconds that the stream lives after its last read or append")
    private static let expiresAt = Option(
        name: "expires-at", value: .text(placeholder: "TIME"),
        summary: "Moment of the stream's end, such as 2030-01-31T12:00:00Z")
    private static let retainBytes = Option(
        name: "retain-bytes", value: .bytes,
        summary: "Keep at most so many bytes of the stream, the newest")
    private static let retainSeconds = Option(
        name: "retain-seconds", value: .count(minimum: 0),
        summary: "Keep what is appended for so many seconds")
    private static let compression = Option(
        name: "compression", value: .choice(["none", "lz4", "zstd"]),
        summary: "How the server stores what is settled; without it as it is told to")
    private static let closed = Option(
        name: "closed", value: .none, summary: "Close the stream at once")
    private static let file = Option(
        name: "file", value: .text(placeholder: "FILE"),
        summary: "First content; - is standard input", letter: "f")

    static let signature = CommandSignature(
        name: "create", summary: "Create a stream",
        discussion: [
            "Creating the same stream again succeeds and changes nothing; one with another "
                + "configuration is refused."
        ],
        positionals: [ServerAccess.stream],
        options: [
            contentType, ttl, expiresAt, retainBytes, retainSeconds, compression, closed, file,
            ServerAccess.url, ServerAccess.json,
        ],
        examples: [
            .init(line: "varve create logs/web", meaning: "a stream of bytes"),
            .init(line: "varve create -t application/json orders", meaning: "JSON messages"),
            .init(
                line: "varve create --ttl 3600 sessions/7f3a",
                meaning: "gone an hour after its last use"),
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let created: Bool
        let contentType: String
        let nextOffset: String
        let closed: Bool
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        var creation = StreamCreation(
            contentType: arguments.text(contentType) ?? "", lifetime: try lifetime(arguments),
            isClosed: arguments.isOn(closed), content: try content(arguments))
        creation.retainedBytes = arguments.bytes(retainBytes).map { UInt64($0) }
        creation.retainedSeconds = arguments.count(retainSeconds).map { UInt64($0) }
        creation.compression = arguments.text(compression)
        let (client, request) = (try ServerAccess.client(arguments), creation)
        let created = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.create(name, request)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(
                Report(
                    stream: name, created: created.isNew, contentType: created.contentType,
                    nextOffset: created.nextOffset.token, closed: created.isClosed))
        } else {
            let verb = created.isNew ? "created" : "exists already:"
            try Output.line("\(verb) \(name), next offset \(created.nextOffset)")
        }
        return 0
    }

    private static func lifetime(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> StreamCreation.Lifetime? {
        guard let text = arguments.text(expiresAt) else {
            return arguments.count(ttl).map { .sliding(seconds: UInt64($0)) }
        }
        if arguments.isGiven(ttl) { throw .usage("--ttl and --expires-at exclude each other") }
        guard let date = InternetTime.parse(text) else {
            throw .usage(
                "--expires-at: expected a moment such as 2030-01-31T12:00:00Z, found \"\(text)\"")
        }
        return .until(date)
    }

    private static func content(_ arguments: ParsedArguments) throws(CommandFailure) -> Data {
        guard let path = arguments.text(file) else { return Data() }
        var input = try Input(path: path)
        var content = Data()
        while let piece = try input.read(bytesMax: 1 << 20) { content.append(piece) }
        return content
    }
}
