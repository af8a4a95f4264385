/// What one caller of `compact` waits for.
///
/// Thread rule: the fields are used under the settler's `gate`.
//
// @unchecked Sendable: see the thread rule.
final class CompactionRequest: @unchecked Sendable {
    /// Says that its caller does not want it any more; asked on the settler's thread, without its
    /// lock.
    let isOver: @Sendable () -> Bool
    /// What came of it; nil until it is done.
    var result: Result<CompactionReport, LogError>?

    /// A request that nobody has looked at.
    init(isOver: @escaping @Sendable () -> Bool) {
        self.isOver = isOver
    }
}
