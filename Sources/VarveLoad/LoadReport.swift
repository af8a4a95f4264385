import VarvePlatform

/// What a load run found. Latencies are microseconds.
package struct LoadReport: Encodable, Sendable {
    /// The distribution of a latency.
    package struct Latency: Encodable, Sendable {
        /// Half of all are not above it.
        package let p50: Double
        /// Nine in ten are not above it.
        package let p90: Double
        /// 99 in a hundred are not above it.
        package let p99: Double
        /// 999 in a thousand are not above it.
        package let p999: Double
        /// The longest.
        package let max: Double
        /// The mean.
        package let mean: Double

        init(_ histogram: LatencyHistogram) {
            let microseconds = { (fraction: Double) in
                (histogram.quantile(fraction) / 100).rounded() / 10
            }
            p50 = microseconds(0.5)
            p90 = microseconds(0.9)
            p99 = microseconds(0.99)
            p999 = microseconds(0.999)
            max = (Double(histogram.longest) / 100).rounded() / 10
            mean = (histogram.mean / 100).rounded() / 10
        }
    }

    /// What the server's process used while it was measured.
    package struct Server: Encodable, Sendable {
        /// Seconds of processor time in the program.
        package let userSeconds: Double
        /// Seconds of processor time in the kernel.
        package let systemSeconds: Double
        /// Processor time for one operation, in microseconds.
        package let microsecondsPerOperation: Double
        /// Processor time for one million bytes of content, in microseconds.
        package let microsecondsPerMegabyte: Double?
        /// Memory before anything was sent, in bytes.
        package let residentBytesBefore: UInt64
        /// Memory with every subscriber waiting, in bytes.
        package let residentBytesReady: UInt64
        /// The most memory seen, in bytes.
        package let residentBytesPeak: UInt64
    }

    /// What subscribers received, in the whole run.
    package struct Delivery: Encodable, Sendable {
        /// How many subscribers there were.
        package let subscribers: Int
        /// How many records or pairs were appended.
        package let appends: UInt64
        /// How many arrivals there should have been.
        package let expected: UInt64
        /// How many there were.
        package let arrived: UInt64
        /// How many came out of the order in which their writer sent them, or twice.
        package let disordered: UInt64
        /// How many polls ended without content.
        package let emptyPolls: UInt64
        /// The latency of the appends.
        package let appendLatency: Latency
        /// The server's memory for each subscriber, in bytes, the socket's own not counted.
        package let residentBytesPerSubscriber: UInt64?
    }

    /// What was measured.
    package let mode: String
    /// Connections; in the live modes subscribers.
    package let connections: Int
    /// Streams.
    package let streams: Int
    /// Bytes of a record, or of a value; of a whole stream when streams are read.
    package let recordBytes: Int
    /// Pairs of one batch or range of the store.
    package let pairs: Int?
    /// Requests under way on one connection.
    package let pipeline: Int
    /// The rate asked for, operations per second.
    package let rate: Double?
    /// The measured time.
    package let seconds: Double
    /// Operations that succeeded; in the live modes arrivals.
    package let operations: UInt64
    /// Operations per second.
    package let operationsPerSecond: Double
    /// Bytes of content per second.
    package let contentBytesPerSecond: Double
    /// The latency of the operations.
    package let latency: Latency
    /// Answers that were errors, by status.
    package let refusals: [String: Int]
    /// Connections that broke.
    package let brokenConnections: Int
    /// How busy the load itself was, 1 is a whole core: near 1 it measured itself.
    package let loadProcessor: Double
    /// The server's use, when its process was named.
    package let server: Server?
    /// In the live modes, what arrived.
    package let delivery: Delivery?
    /// The machine.
    package let machine: String
}
