/// A subcommand: its description and what it does.
protocol Command: SendableMetatype {
    /// The description that parsing and help follow.
    static var signature: CommandSignature { get }

    /// Does it with checked arguments, the environment and the configuration file included.
    ///
    /// Called on the first thread of the program, before any other was started.
    ///
    /// - Returns: the exit code.
    /// - Throws: `CommandFailure`, which the program prints in one line.
    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32
}
