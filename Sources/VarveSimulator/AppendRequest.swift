import VarveLog

/// A request to append, in plain arrays.
struct AppendRequest {
    var name: String
    /// The body as a client sends it.
    var body: [UInt8] = []
    /// What is stored of it: one entry for each record, separators included.
    var records: [[UInt8]] = []
    var isJSON = false
    var producer: ProducerRequest?
    var sequence: String?
    var closes = false
    var ifMatch: StreamPosition?

    /// One line for the trace.
    var line: String {
        var line = "append \(name) \(body.count) bytes \(records.count) records"
        if let producer {
            line += " producer \(producer.id)/\(producer.epoch)/\(producer.sequence)"
        }
        if let sequence { line += " seq \(sequence)" }
        if closes { line += " closes" }
        if let ifMatch { line += " if \(ifMatch)" }
        return line
    }
}
