extension VerificationReport.Damage {
    /// The damage that an error tells of; `path` where the error names no file itself.
    init(_ error: LogError, in path: String, stream: String? = nil, record: UInt64? = nil) {
        switch error {
        case .corruption(let file, let byte, let count, let detail):
            self.init(
                file: file, stream: stream, record: record, byte: byte, count: count,
                detail: detail)
        case .missingFile(let path):
            self.init(
                file: path, stream: stream, record: record, byte: 0, count: 0,
                detail: "the file is missing")
        default:
            self.init(
                file: path, stream: stream, record: record, byte: 0, count: 0,
                detail: error.description)
        }
    }
}
