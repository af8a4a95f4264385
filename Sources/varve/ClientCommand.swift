/// A subcommand that talks to a server: what it does is asynchronous, as the client is.
protocol ClientCommand: Command {
    /// Does it; see `Command.run`.
    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32
}

extension ClientCommand {
    /// Runs `perform` on the threads of the concurrency runtime while the first thread waits.
    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let outcome = CommandOutcome()
        Task.detached {
            do throws(CommandFailure) {
                outcome.set(.success(try await perform(arguments)))
            } catch {
                outcome.set(.failure(error))
            }
        }
        return try outcome.wait().get()
    }
}
