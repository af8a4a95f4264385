import VarveLog
import VarveStreams

/// A request to create a stream, in plain arrays.
struct CreateRequest {
    var name: String
    /// The first content as a client sends it.
    var body: [UInt8] = []
    /// What is stored of it: one entry for each record, separators included.
    var records: [[UInt8]] = []
    var isJSON = false
    var lifetime = StreamLifetime.unlimited
    var retention = StreamRetention.everything
    var isClosed = false
    /// What it is to be a fork of; nil for a stream of its own.
    var fork: ForkRequest?
    /// Whether the content type is said; without, a fork has that of its source.
    var namesType = true

    /// What a request says of the stream to be forked.
    struct ForkRequest {
        /// The stream's name.
        var source: String
        /// The place to begin at; nil for the tail.
        var offset: StreamPosition?
        /// How many bytes, or JSON messages, behind that place.
        var subOffset: UInt64 = 0
    }

    /// One line for the trace.
    var line: String {
        var line =
            "create \(name) json \(isJSON) \(lifetime) closed \(isClosed) \(body.count) bytes"
        if !retention.keepsEverything {
            line += " keeps \(retention.bytes ?? 0) bytes \(retention.seconds ?? 0) s"
        }
        if let fork {
            let place = fork.offset.map { "\($0)" } ?? "the tail"
            line += " fork of \(fork.source) at \(place) and \(fork.subOffset)"
        }
        return line
    }
}
