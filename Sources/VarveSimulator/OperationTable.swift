/// Everything that a simulation can do to a store. A new kind is one file, and one line here.
enum OperationTable {
    /// All of them.
    static let all = streams + keys

    /// To the streams, and to the log that has everything.
    static let streams: [any Operation] = [
        AppendOperation(),
        ProducerAppendOperation(),
        CloseOperation(),
        CreateOperation(),
        ForkOperation(),
        DeleteOperation(),
        TrimOperation(),
        ReadOperation(),
        ReadOnOperation(),
        ListOperation(),
        FlushOperation(),
        PrepareOperation(),
        SettleOperation(),
        MergeOperation(),
        CompactOperation(),
        PinOperation(),
        EvictOperation(),
        TimeOperation(),
        SweepOperation(),
        RetentionOperation(),
        ReopenOperation(),
        RedactOperation(),
    ]

    /// To the key-value store.
    static let keys: [any Operation] = [
        KeyPutOperation(),
        KeyDeleteOperation(),
        KeyGetOperation(),
        KeyScanOperation(),
        KeyReadBatchOperation(),
        KeyFollowOperation(),
        KeyPruneOperation(),
        KeyRetentionOperation(),
        KeyLogPruneOperation(),
        KeyWorkOperation(),
        KeyCheckOperation(),
    ]
}
