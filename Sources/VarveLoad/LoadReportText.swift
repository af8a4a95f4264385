extension LoadReport {
    /// The report as lines for people.
    package var lines: [String] {
        var lines = [
            "\(mode): \(connections) connections, \(load), "
                + "pipeline \(pipeline), \(Self.text(seconds, 1)) s",
            "  \(Self.text(operationsPerSecond, 0)) operations/s, "
                + "\(Self.text(contentBytesPerSecond / 1e6, 1)) MB/s",
            "  latency \(Self.text(latency))",
        ]
        if let delivery {
            lines.append(
                "  \(delivery.arrived) of \(delivery.expected) arrivals, \(delivery.disordered) "
                    + "out of order, \(delivery.appends) appends: "
                    + Self.text(delivery.appendLatency))
        }
        if let server {
            let megabyte =
                server.microsecondsPerMegabyte
                .map { ", \(Self.text($0, 1)) µs/MB" } ?? ""
            let busy = (server.userSeconds + server.systemSeconds) / seconds
            lines.append(
                "  server \(Self.text(server.microsecondsPerOperation, 2)) µs/operation"
                    + "\(megabyte), "
                    + "\(Self.text(busy * 100, 0)) % of a core "
                    + "(\(Self.text(server.systemSeconds / seconds * 100, 0)) % in the kernel), "
                    + "memory \(server.residentBytesBefore >> 20) MiB before, "
                    + "\(server.residentBytesPeak >> 20) MiB at most")
        }
        if let bytes = delivery?.residentBytesPerSubscriber {
            lines.append("  \(bytes) B of server memory for each subscriber")
        }
        lines.append("  load \(Self.text(loadProcessor * 100, 0)) % of a core; \(machine)")
        if !refusals.isEmpty || brokenConnections > 0 {
            let counts = refusals.sorted { $0.key < $1.key }.map { "\($0.value) x \($0.key)" }
            lines.append(
                "  errors: \(counts.joined(separator: ", ")); "
                    + "\(brokenConnections) broken connections"
            )
        }
        return lines
    }

    /// What one operation is about.
    private var load: String {
        pairs.map { "\($0) pairs of \(recordBytes) B" } ?? "\(streams) streams, \(recordBytes) B"
    }

    private static func text(_ latency: Latency) -> String {
        "p50 \(text(latency.p50, 0)) p90 \(text(latency.p90, 0)) p99 \(text(latency.p99, 0)) "
            + "p99.9 \(text(latency.p999, 0)) max \(text(latency.max, 0)) µs"
    }

    /// A number with so many digits behind the point.
    private static func text(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64(exactly: (value * scale).rounded()) ?? 0
        guard digits > 0 else { return "\(scaled)" }
        let fraction = String(scaled % Int64(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(scaled / Int64(scale)).\(zeros)\(fraction)"
    }
}
