import Testing
import VarveStore

/// What each retention keeps.
@Suite struct StoreRetentionTests {
    @Test(
        "Retention keeps what it names, and never more than there is",
        arguments: [
            (StoreRetention.keepLatest(count: 3), UInt64(10), UInt64(8)),
            (.keepLatest(count: 1), 10, 10),
            (.keepLatest(count: 0), 10, 11),
            (.keepLatest(count: 10), 10, 1),
            (.keepLatest(count: .max), 10, 1),
            (.keepLatest(count: 5), 0, 1),
            (.greaterThan(threshold: 4), 10, 5),
            (.greaterThan(threshold: .max), 10, 11),
            (.greaterThan(threshold: 40), 10, 11),
            (.greaterThanOrEqual(threshold: 4), 10, 4),
            (.greaterThanOrEqual(threshold: 40), 10, 11),
            (.dropAll, 10, 11),
            (.dropAll, 0, 1),
        ])
    func retentionKeepsWhatItNames(
        retention: StoreRetention, current: UInt64, cutoff: UInt64
    ) {
        #expect(retention.cutoff(current: current) == cutoff)
    }
}
