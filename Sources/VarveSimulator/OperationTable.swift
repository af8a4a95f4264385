/// Everything that a simulation can do to a store. A new kind is one file, and one line here.
enum OperationTable {
    static let all: [any Operation] = [
        AppendOperation(),
        ProducerAppendOperation(),
        CloseOperation(),
        CreateOperation(),
        ForkOperation(),
        DeleteOperation(),
        ReadOperation(),
        ListOperation(),
        FlushOperation(),
        PrepareOperation(),
        SettleOperation(),
        TimeOperation(),
        SweepOperation(),
        ReopenOperation(),
    ]
}
