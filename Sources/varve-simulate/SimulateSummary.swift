import VarveSimulator

/// What all seeds together did and found.
struct SimulateSummary {
    private var seeds = 0
    private var cycles = 0
    private var operations = 0
    private var acknowledgements = 0
    private var faults = 0
    private var damagesReported = 0
    private var damagesHarmless = 0
    private var lastTraceHash: UInt64 = 0
    /// The seeds that broke a promise, and which.
    private(set) var violations: [(seed: UInt64, cycle: Int, promise: String)] = []

    /// Adds one seed's result.
    mutating func add(_ result: SimulationResult) {
        seeds += 1
        cycles += result.cycles
        operations += result.operations
        acknowledgements += result.acknowledgements
        faults += result.faults
        damagesReported += result.damagesReported
        damagesHarmless += result.damagesHarmless
        lastTraceHash = result.traceHash
        if let promise = result.violation {
            violations.append((result.seed, result.cycles + 1, promise))
        }
    }

    /// Lines for people.
    func text(seconds: Double) -> String {
        let verdict =
            violations.isEmpty ? "every promise held" : "\(violations.count) seeds broke a promise"
        let rate = String(Int(Double(seeds) / max(seconds, 0.001)))
        return """
            \(seeds) seeds, \(cycles) cycles, \(operations) operations, \
            \(acknowledgements) answers kept, \(faults) faults, \
            \(damagesReported) flipped bits reported, \(damagesHarmless) harmless
            \(Int(seconds)) s, \(rate) seeds/s, last trace \(String(lastTraceHash, radix: 16))
            \(verdict)

            """
    }

    /// One JSON object in a line.
    func json(seconds: Double) -> String {
        let found = violations.map { violation in
            let text = violation.promise.unicodeScalars.map { scalar in
                scalar == "\"" || scalar == "\\" || scalar.value < 32
                    ? "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                    : String(scalar)
            }.joined()
            return
                "{\"seed\":\(violation.seed),\"cycle\":\(violation.cycle),\"promise\":\"\(text)\"}"
        }.joined(separator: ",")
        return """
            {"seeds":\(seeds),"cycles":\(cycles),"operations":\(operations),\
            "acknowledgements":\(acknowledgements),"faults":\(faults),\
            "damages_reported":\(damagesReported),"damages_harmless":\(damagesHarmless),\
            "milliseconds":\(Int(seconds * 1000)),\
            "last_trace":"\(String(lastTraceHash, radix: 16))","violations":[\(found)]}

            """
    }
}
