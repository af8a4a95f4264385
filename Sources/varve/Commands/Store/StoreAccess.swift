import Foundation
import VarveClient

/// How the subcommands of `varve kv` reach a server: options that all of them share.
enum StoreAccess {
    /// The server's address. Its path is passed over, so that the address of the streams, which
    /// has one, does for the store too.
    static let url = Option(
        name: "url", value: .text(placeholder: "URL"),
        summary: "Address of the server; its path is passed over",
        standard: "http://127.0.0.1:4437", isInEnvironment: true)
    /// What an answer must have seen.
    static let atLeast = Option(
        name: "at-least", value: .count(minimum: 0),
        summary: "Fail unless the server has seen the batch of this sequence")

    /// The client for the address.
    ///
    /// - Throws: `CommandFailure.usage` for an address that is no http or https URL.
    static func client(_ arguments: ParsedArguments) throws(CommandFailure) -> StoreClient {
        let text = arguments.text(url) ?? ""
        guard var parts = URLComponents(string: text),
            ["http", "https"].contains(parts.scheme), parts.host?.isEmpty == false
        else { throw refusal(text, arguments) }
        parts.path = ""
        parts.query = nil
        parts.fragment = nil
        guard let address = parts.url else { throw refusal(text, arguments) }
        // A person waits: a server that is away is reported within a second.
        let options = ClientOptions(
            silenceMax: .seconds(300), retry: RetryPolicy(attemptsMax: 3))
        return StoreClient(url: address, options: options)
    }

    /// The sequence that the answer must have seen; nil when none was given.
    static func minimum(_ arguments: ParsedArguments) -> UInt64? {
        arguments.count(atLeast).map { UInt64($0) }
    }

    private static func refusal(
        _ text: String, _ arguments: ParsedArguments
    ) -> CommandFailure {
        .usage(
            "\(arguments.subject(url)): expected an address such as \(url.standard ?? ""), found "
                + "\"\(text)\"")
    }
}
