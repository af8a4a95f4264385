import VarvePlatform

/// One line of results as JSON.
struct ResultLine {
    private var text: String

    /// A line for the benchmark `name`, with what it ran on.
    init(_ name: String, durability: String) {
        text = "{\"name\":\"\(name)\",\"durability\":\"\(durability)\""
    }

    /// Adds a number; whole ones without a fraction.
    mutating func add(_ key: String, _ value: Double) {
        let rounded = (value * 1000).rounded() / 1000
        let digits =
            rounded == rounded.rounded() && abs(rounded) < 1e15
            ? String(Int64(rounded)) : String(rounded)
        text += ",\"\(key)\":\(digits)"
    }

    /// Adds rate, median and p99 of timed operations that had `events` events each.
    mutating func add(_ measurement: Measurement, eventsEach events: Int) {
        let seconds = measurement.elapsedSeconds
        add("operations", Double(measurement.count))
        add("events_per_second", Double(measurement.count * events) / seconds)
        add("p50_us", measurement.microseconds(at: 0.5))
        add("p99_us", measurement.microseconds(at: 0.99))
    }

    /// Prints the line.
    func print() {
        let machine = Machine.description.filter { $0 != "\"" && $0 != "\\" && $0 != "\n" }
        Swift.print(text + ",\"machine\":\"\(machine)\"}")
    }
}
