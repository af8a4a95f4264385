import VarvePlatform
import VarveServer

/// `varve serve`: the server.
enum ServeCommand: Command {
    static let signature = CommandSignature(
        name: "serve", summary: "Serve streams over HTTP",
        discussion: [
            "Every option may also be given by an environment variable (in brackets) and by a key "
                + "of the configuration file. A flag wins over the environment, the "
                + "environment over the file. Sizes take units such as 64KiB and 1GiB, times "
                + "such as 500ms and 30s.",
            "SIGTERM and SIGINT end the server in order: requests under way are answered; a second "
                + "signal ends it at once. Nothing that was acknowledged is lost either way.",
        ],
        options: ServeOptions.all,
        examples: [
            .init(line: "varve serve --data-dir data", meaning: "durable streams on this machine"),
            .init(line: "varve serve --memory --listen 127.0.0.1:0", meaning: "for a test"),
            .init(
                line: "VARVE_LOG_LEVEL=debug varve serve --config varve.toml",
                meaning: "options from a file, one from the environment"),
        ],
        exitCodes: [
            "0 ended in order", "1 failure, or requests were cut off by --drain-timeout",
            "2 wrong usage", "130 ended at once by a second signal",
        ])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        // What a shell allows by itself is for small programs.
        let descriptors = try? Machine.raiseDescriptorLimit()
        let configuration = try ServeSettings.configuration(arguments, descriptorsMax: descriptors)
        do {
            return try ServerLifetime.run(
                configuration, clock: SystemClock(), random: SystemRandom(), started: { _ in })
        } catch {
            throw .failed("\(error)")
        }
    }
}
