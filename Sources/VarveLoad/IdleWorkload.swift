/// Sends nothing: for the time until all connections are made.
final class IdleWorkload: Workload {
    func refill(_ connection: LoadConnection, now: UInt64) {}

    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64
    ) {}
}
