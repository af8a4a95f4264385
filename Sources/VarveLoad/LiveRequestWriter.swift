import VarveHTTP

/// Writes the requests of a run whose subscribers wait for what workers append.
protocol LiveRequestWriter {
    /// An append of the plan's records, which carry the moment and the numbers from `first` on.
    func append(_ stream: UInt64, sentAt: UInt64, first: RecordNumber, to output: OutputBuffer)
    /// A live read from where the connection stands.
    func subscribe(_ connection: LoadConnection, to output: OutputBuffer)
}
