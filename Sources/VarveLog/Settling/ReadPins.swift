import Synchronization

/// Says when no read is left that may still look into files the log has dropped.
///
/// Thread rule: any thread.
final class ReadPins: Sendable {
    private let current = Mutex(ReadPin())

    /// Nothing pinned yet.
    init() {}

    /// Pins every file in use now; to be taken before looking where a stream's bytes lie.
    func pin() -> ReadPin {
        current.withLock { $0 }
    }

    /// Calls `release` when every read that has a pin by now has ended; on the thread that ends it,
    /// possibly at once.
    ///
    /// Whoever pins from now on must not find the dropped files any more.
    func retire(_ release: @escaping @Sendable () -> Void) {
        let old = current.withLock { pin in
            let old = pin
            let new = ReadPin()
            old.next = new
            old.release = release
            pin = new
            return old
        }
        withExtendedLifetime(old) {}
    }
}
