import VarveLog

/// Prints what an inspection finds, a line for each thing.
enum InspectionOutput {
    /// Inspects the log in `directory`; the exit code.
    static func run(
        directory: String, options: InspectionOptions, isJSON: Bool
    ) throws(CommandFailure) -> Int32 {
        var outputFailure: CommandFailure?
        do throws(LogError) {
            try LogInspector.inspect(directory: directory, options: options) {
                (item) throws(LogError) in
                do throws(CommandFailure) {
                    try Output.line(isJSON ? item.json : item.text)
                } catch {
                    // Nobody reads on: the rest of the log need not be read either.
                    outputFailure = error
                    throw .closed
                }
            }
        } catch {
            throw outputFailure ?? .usage(error.description)
        }
        return 0
    }
}
