import Foundation
import VarvePlatform
import VarveSimulator

/// The program: runs the seeds that were asked for and says what was found.
enum SimulateRun {
    /// Parses the command line, runs, and ends the process.
    static func main() {
        guard let options = SimulateOptions(Array(CommandLine.arguments.dropFirst())) else {
            say("varve-simulate: not understood; see --help\n", to: .error)
            exit(2)
        }
        if options.wantsHelp {
            say(SimulateOptions.usage)
            exit(0)
        }
        exit(options.isExhaustive ? runExhaustive(options) : runSeeds(options))
    }

    private static func runSeeds(_ options: SimulateOptions) -> Int32 {
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        var summary = SimulateSummary()
        for seed in options.seed..<(options.seed + options.seeds) {
            if options.isVerbose { say("seed \(seed)\n", to: .error) }
            var simulation = SimulationOptions()
            simulation.seed = seed
            simulation.cycles = options.cycles
            simulation.operations = options.operations
            simulation.isCanary = options.isCanary
            simulation.isEncrypted = options.isEncrypted
            if options.hasStore { simulation.hasStore = true }
            simulation.isWeak = options.isWeak
            let isLast = seed + 1 == options.seed + options.seeds
            simulation.hashesTrace = isLast
            simulation.keepsTrace = options.traceFile != nil && isLast
            let result = Simulation.run(simulation)
            summary.add(result)
            if isLast, let file = options.traceFile { write(result.trace, to: file) }
            guard let violation = result.violation else { continue }
            say("seed \(seed), cycle \(result.cycles + 1): \(violation)\n", to: .error)
            say(
                "again: varve-simulate --seed \(seed) --cycles \(options.cycles) "
                    + "--operations \(options.operations)\(options.isCanary ? " --canary" : "")"
                    + "\(options.isEncrypted ? " --encrypted" : "")"
                    + "\(options.hasStore ? " --store" : "")"
                    + "\(options.isWeak ? " --weak" : "")\n",
                to: .error)
            if summary.violations.count >= options.violations { break }
        }
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        say(options.isJSON ? summary.json(seconds: seconds) : summary.text(seconds: seconds))
        return summary.violations.isEmpty ? 0 : 1
    }

    private static func runExhaustive(_ options: SimulateOptions) -> Int32 {
        let result = CrashPoints.run(
            seed: options.seed, operations: options.operations, stride: 1,
            isEncrypted: options.isEncrypted, hasStore: options.hasStore)
        if let violation = result.violation {
            say("seed \(options.seed): \(violation)\n", to: .error)
        }
        say(
            options.isJSON
                ? "{\"points\":\(result.points),\"runs\":\(result.runs),"
                    + "\"held\":\(result.violation == nil)}\n"
                : "\(result.points) crash points, \(result.runs) runs: "
                    + (result.violation == nil ? "every promise held\n" : "a promise was broken\n"))
        return result.violation == nil ? 0 : 1
    }

    private static func write(_ lines: [String], to file: String) {
        do {
            let text = lines.joined(separator: "\n") + "\n"
            try text.write(toFile: file, atomically: false, encoding: .utf8)
        } catch {
            say("varve-simulate: \(file): \(error)\n", to: .error)
        }
    }

    private static func say(_ text: String, to stream: StandardStream = .output) {
        // Nobody is left to tell when this fails.
        try? stream.write(text)
    }
}
