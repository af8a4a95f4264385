import Foundation
import VarveClient

/// How subcommands reach a server: options that all of them share, and the client made from them.
enum ServerAccess {
    /// The server's address.
    static let url = Option(
        name: "url", value: .text(placeholder: "URL"),
        summary: "Address of the server with its base path",
        standard: "http://127.0.0.1:4437/v1/stream", isInEnvironment: true)
    /// Output for scripts.
    static let json = Option(
        name: "json", value: .none, summary: "Print the result as one JSON object on a line")
    /// The name of a stream.
    static let stream = Positional(
        name: "STREAM", summary: "Name of the stream, with slashes between segments")

    /// The client for the address.
    ///
    /// - Throws: `CommandFailure.usage` for an address that is no http or https URL.
    ///
    /// - Parameter given: the address, when it is an argument; nil = that of the option.
    static func client(
        _ arguments: ParsedArguments, address given: String? = nil
    ) throws(CommandFailure) -> StreamClient {
        let text = given ?? arguments.text(url) ?? ""
        guard let address = URL(string: text), ["http", "https"].contains(address.scheme),
            address.host?.isEmpty == false
        else {
            throw .usage(
                "\(given == nil ? arguments.subject(url) : "URL"): expected an address such as "
                    + "\(url.standard ?? ""), found \"\(text)\"")
        }
        // A person waits: a server that is away is reported within a second.
        let options = ClientOptions(retry: RetryPolicy(attemptsMax: 3))
        return StreamClient(url: address, options: options)
    }

    /// The name of the stream, the first argument.
    static func name(_ arguments: ParsedArguments) -> String { arguments.positional(0) ?? "" }

    /// Runs an operation of the client; its error becomes the command's.
    ///
    /// - Throws: `CommandFailure`: an argument that cannot be sent is wrong usage.
    static func perform<Result>(
        _ operation: () async throws(ClientError) -> Result
    ) async throws(CommandFailure) -> Result {
        do throws(ClientError) {
            return try await operation()
        } catch {
            throw failure(error)
        }
    }

    /// The command's failure for an error of the client.
    static func failure(_ error: ClientError) -> CommandFailure {
        error.kind == .invalidArgument ? .usage(error.description) : .failed(error.description)
    }
}
