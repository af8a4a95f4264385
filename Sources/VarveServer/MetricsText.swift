// The text form of metrics that Prometheus scrapes (exposition format 0.0.4).

/// Builds a page of metrics.
struct MetricsText {
    /// The media type of the page.
    static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    /// The page so far.
    private(set) var text = ""

    /// Adds a metric with one value.
    mutating func value(_ name: String, _ kind: Kind, _ help: String, _ value: UInt64) {
        family(name, kind.rawValue, help)
        text += "\(name) \(value)\n"
    }

    /// Adds a metric with one value for each set of labels; labels are written without escaping.
    mutating func values(
        _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: String, value: UInt64)]
    ) {
        family(name, kind.rawValue, help)
        for sample in samples { text += "\(name){\(sample.labels)} \(sample.value)\n" }
    }

    /// Adds a histogram; bounds and sum are divided by `scale`, for units that are smaller than
    /// shown.
    mutating func histogram(
        _ name: String, _ help: String, _ snapshot: HistogramSnapshot, scale: Double = 1
    ) {
        family(name, "histogram", help)
        var total: UInt64 = 0
        for (bound, count) in zip(snapshot.bounds, snapshot.counts) {
            total += count
            text += "\(name)_bucket{le=\"\(Self.number(Double(bound) / scale))\"} \(total)\n"
        }
        total += snapshot.counts.last ?? 0
        text += "\(name)_bucket{le=\"+Inf\"} \(total)\n"
        text += "\(name)_sum \(Self.number(Double(snapshot.sum) / scale))\n"
        text += "\(name)_count \(total)\n"
    }

    /// What a metric does.
    enum Kind: String {
        /// Only grows.
        case counter
        /// Goes up and down.
        case gauge
    }

    private mutating func family(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value < 1e15 ? "\(UInt64(value))" : "\(value)"
    }
}
