import Foundation
import VarveClient

/// `varve head`: tells about a stream.
enum HeadCommand: ClientCommand {
    private static let signed = Option(
        name: "signed", value: .none,
        summary: "Print the head of the stream's hash chain with the server's signature, as JSON")
    private static let offset = Option(
        name: "offset", value: .text(placeholder: "TOKEN"),
        summary: "With --signed: the head at this offset; without it at the tail")
    private static let out = Option(
        name: "out", value: .text(placeholder: "FILE"),
        summary: "With --signed: write it to this file, which must not exist")

    static let signature = CommandSignature(
        name: "head", summary: "Show a stream's content type, tail, closure and lifetime",
        discussion: [
            "A sliding lifetime is not renewed by it.",
            "A signed head proves later that the stream still has the history it has now: keep it "
                + "where the server's operator cannot reach it, and check it with varve verify "
                + "--head. docs/proof.md says what that proves.",
        ],
        positionals: [ServerAccess.stream],
        options: [signed, offset, out, ServerAccess.url, ServerAccess.json],
        examples: [
            .init(line: "varve head orders", meaning: "what the server knows of a stream"),
            .init(
                line: "varve head orders --signed --out orders.head",
                meaning: "a head to keep, for an audit"),
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let contentType: String
        let nextOffset: String
        let closed: Bool
        let ttlSeconds: UInt64?
        let expiresAt: String?
        let earliestOffset: String?
        let retainBytes: UInt64?
        let retainSeconds: UInt64?
        let compression: String?
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        let client = try ServerAccess.client(arguments)
        guard !arguments.isOn(signed) else { return try await sign(name, client, arguments) }
        for option in [offset, out] where arguments.isGiven(option) {
            throw .usage("\(arguments.subject(option)): needs --signed")
        }
        let head = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.head(name)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(
                Report(
                    stream: name, contentType: head.contentType,
                    nextOffset: head.nextOffset.token, closed: head.isClosed,
                    ttlSeconds: head.secondsToLive, expiresAt: head.expiresAt,
                    earliestOffset: head.earliestOffset?.token,
                    retainBytes: head.retainedBytes, retainSeconds: head.retainedSeconds,
                    compression: head.compression))
            return 0
        }
        var rows = [
            ["stream", name], ["content type", head.contentType],
            ["next offset", head.nextOffset.token], ["closed", head.isClosed ? "yes" : "no"],
        ]
        if let seconds = head.secondsToLive { rows.append(["lives", "\(seconds) s after use"]) }
        if let earliest = head.earliestOffset { rows.append(["begins at", earliest.token]) }
        if let bytes = head.retainedBytes { rows.append(["keeps", "\(bytes) bytes"]) }
        if let seconds = head.retainedSeconds { rows.append(["keeps", "\(seconds) s"]) }
        if let word = head.compression { rows.append(["compression", word]) }
        if let moment = head.expiresAt { rows.append(["ends", moment]) }
        for line in TextTable.lines(rows) { try Output.line(line) }
        return 0
    }

    /// Prints the signed head, or writes it to a file.
    private static func sign(
        _ name: String, _ client: StreamClient, _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> Int32 {
        let place = arguments.text(offset).map { StreamOffset($0) }
        let head = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.signedHead(of: name, at: place)
        }
        let text = String(decoding: head.json, as: UTF8.self)
        guard let path = arguments.text(out) else {
            try Output.line(text)
            return 0
        }
        do {
            try Data("\(text)\n".utf8).write(
                to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch {
            throw .failed("\(path): \(error.localizedDescription)")
        }
        try Output.line("\(path): \(name) at \(head.position.token), key \(head.key)")
        return 0
    }
}
