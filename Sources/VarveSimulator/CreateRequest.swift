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
    var isClosed = false

    /// One line for the trace.
    var line: String {
        "create \(name) json \(isJSON) \(lifetime) closed \(isClosed) \(body.count) bytes"
    }
}
