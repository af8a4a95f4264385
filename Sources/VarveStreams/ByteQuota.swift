import Synchronization

/// The stored bytes of all streams together, and the most that they may be.
///
/// Bytes are reserved before they are appended and given back when that fails or when their stream
/// is deleted. Thread rule: any thread.
final class ByteQuota: Sendable {
    /// The most bytes; nil = no limit.
    let limit: UInt64?
    private let used = Atomic<UInt64>(0)

    /// A quota with nothing used.
    init(limit: UInt64?) {
        self.limit = limit
    }

    /// The bytes in use.
    var total: UInt64 { used.load(ordering: .relaxed) }

    /// Takes `count` bytes; false, and nothing taken, when that would pass the limit.
    func reserve(_ count: UInt64) -> Bool {
        guard let limit else {
            used.add(count, ordering: .relaxed)
            return true
        }
        var total = used.load(ordering: .relaxed)
        while total <= limit, count <= limit - total {
            let (exchanged, original) = used.weakCompareExchange(
                expected: total, desired: total + count, ordering: .relaxed)
            if exchanged { return true }
            total = original
        }
        return false
    }

    /// Counts `count` bytes that are there whatever the limit says: those of a log just opened.
    func adopt(_ count: UInt64) {
        used.add(count, ordering: .relaxed)
    }

    /// Gives back `count` bytes.
    func release(_ count: UInt64) {
        used.subtract(count, ordering: .relaxed)
    }
}
