/// Everything that a simulation can do to a store. A new kind is one file, and one line here.
enum OperationTable {
    static let all: [any Operation] = [
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
    ]
}
