import Synchronization

/// Counts the bytes that a verification has looked at, and tells of it.
///
/// Thread rule: any thread.
final class ProgressCount: Sendable {
    private let done = Atomic<UInt64>(0)
    private let total = Atomic<UInt64>(0)
    private let told: (@Sendable (VerificationProgress) -> Void)?

    /// Tells `told` of every step.
    init(_ told: (@Sendable (VerificationProgress) -> Void)?) {
        self.told = told
    }

    /// There are so many more bytes to look at.
    func expect(_ bytes: UInt64) { total.add(bytes, ordering: .relaxed) }

    /// So many more bytes were looked at.
    func advance(_ bytes: UInt64) {
        let done = done.add(bytes, ordering: .relaxed).newValue
        guard let told else { return }
        let total = total.load(ordering: .relaxed)
        told(VerificationProgress(bytesDone: min(done, total), bytesTotal: total))
    }
}
