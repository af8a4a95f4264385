import VarveLog
import VarveStorage

/// Prints what an inspection finds, a line for each thing.
enum InspectionOutput {
    /// Inspects the log in `volume`; the exit code.
    static func run(
        _ volume: any Volume, options: InspectionOptions, isJSON: Bool
    ) throws(CommandFailure) -> Int32 {
        var outputFailure: CommandFailure?
        do throws(LogError) {
            try LogInspector.inspect(volume: volume, options: options) {
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
