import Foundation

/// The address of a server that is spoken to without TLS and without the client library.
struct PlainAddress {
    /// A name or an address.
    let host: String
    /// The port.
    let port: UInt16
    /// The path under which streams live, without a slash at its end.
    let basePath: String

    /// The address in the positional argument `number`, else in the option every command has.
    ///
    /// - Throws: `CommandFailure.usage` for anything but an http URL.
    init(argument number: Int, of arguments: ParsedArguments) throws(CommandFailure) {
        let given = arguments.positional(number)
        let text = given ?? arguments.text(ServerAccess.url) ?? ""
        guard let url = URL(string: text), url.scheme == "http", let host = url.host, !host.isEmpty,
            let port = UInt16(exactly: url.port ?? 80)
        else {
            let subject = given == nil ? arguments.subject(ServerAccess.url) : "URL"
            throw .usage(
                "\(subject): expected an address such as http://127.0.0.1:4437/v1/stream, found "
                    + "\"\(text)\"")
        }
        var path = url.path
        while path.hasSuffix("/") { path.removeLast() }
        self.host = host
        self.port = port
        basePath = path
    }
}
