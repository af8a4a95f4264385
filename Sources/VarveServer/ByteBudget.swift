import Synchronization

/// A bound on the bytes that several holders have in memory together.
///
/// Thread rule: any thread.
final class ByteBudget: Sendable {
    /// Bytes that somebody holds; they are given back when the last reference goes.
    final class Share: Sendable {
        private let budget: ByteBudget
        private let byteCount: Int

        fileprivate init(_ byteCount: Int, of budget: ByteBudget) {
            self.budget = budget
            self.byteCount = byteCount
        }

        deinit {
            budget.used.subtract(byteCount, ordering: .relaxed)
        }
    }

    private let limit: Int
    private let used = Atomic<Int>(0)

    /// A budget of `limit` bytes of which none is held.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether so many bytes could be had just now.
    func hasRoom(for byteCount: Int) -> Bool {
        Self.fits(byteCount, beside: used.load(ordering: .relaxed), limit)
    }

    /// Takes so many bytes; nil when they are too many beside those of others. Alone, any number
    /// is to be had: its own limit is somebody else's.
    func take(_ byteCount: Int) -> Share? {
        let before = used.add(byteCount, ordering: .relaxed).oldValue
        guard Self.fits(byteCount, beside: before, limit) else {
            used.subtract(byteCount, ordering: .relaxed)
            return nil
        }
        return Share(byteCount, of: self)
    }

    private static func fits(_ byteCount: Int, beside used: Int, _ limit: Int) -> Bool {
        used == 0 || byteCount <= limit - used
    }
}
