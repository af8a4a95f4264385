/// Decides what connections send and what becomes of the answers.
///
/// All calls come from the run's one thread.
protocol Workload: AnyObject {
    /// Why the run cannot go on; nil while it can.
    var failure: LoadError? { get }
    /// Whether it looks at the heads of successful answers.
    var needsHeads: Bool { get }
    /// When the next request is due, in monotonic nanoseconds; nil when requests follow answers.
    var nextDue: UInt64? { get }
    /// Writes requests for a connection that may take more; it is flushed afterwards.
    func refill(_ connection: LoadConnection, now: UInt64)
    /// A response's head has arrived.
    func received(_ head: ResponseHeadView, on connection: LoadConnection)
    /// A piece of a response's content has arrived.
    func received(_ content: UnsafeRawBufferPointer, on connection: LoadConnection, now: UInt64)
    /// A response is complete.
    func finished(
        _ operation: Operation, status: Int, on connection: LoadConnection, now: UInt64)
    /// A connection broke with requests under way; it is being made anew.
    func broken(_ connection: LoadConnection)
}

extension Workload {
    /// Most workloads bear every answer.
    var failure: LoadError? { nil }

    /// Most workloads read headers, or have answers with content.
    var needsHeads: Bool { true }

    /// Most workloads send as soon as there is room.
    var nextDue: UInt64? { nil }

    /// Most workloads need nothing of the head but its status.
    func received(_ head: ResponseHeadView, on connection: LoadConnection) {}

    /// Most workloads only count content.
    func received(_ content: UnsafeRawBufferPointer, on connection: LoadConnection, now: UInt64) {}

    /// The next refill sends anew.
    func broken(_ connection: LoadConnection) {}
}
