import VarveBytes

extension VerificationReport {
    /// The heads of all streams, a line of JSON for each, by id.
    var headLines: String {
        var text = ""
        for stream in streams {
            var line = JSONLine()
            line.add("stream", stream.id.rawValue)
            line.add("name", stream.name)
            line.add("records", stream.records)
            line.add("bytes", stream.bytes)
            line.add("head", stream.head.hex)
            line.add("closed", stream.isClosed)
            text += line.rendered + "\n"
        }
        return text
    }
}
