import Synchronization

/// How a volume is taken.
public enum LockMode: Sendable {
    /// For one owner alone, who may change it.
    case exclusive
    /// Together with other readers; nothing is written to the volume for it.
    case shared
}

/// A volume's lock that is held; given back when released or forgotten.
public final class VolumeLock: Sendable {
    /// How a lock ends.
    package enum Ending: Sendable {
        /// Its holder worked with the volume.
        case released
        /// Its holder found that it cannot, and wants no trace left.
        case abandoned
    }

    private let end: Mutex<(@Sendable (Ending) -> Void)?>

    /// A lock that calls `end` once, when it is given back.
    package init(end: @escaping @Sendable (Ending) -> Void) {
        self.end = Mutex(end)
    }

    deinit {
        finish(.released)
    }

    /// Gives the lock back; a second call does nothing.
    public func release() {
        finish(.released)
    }

    /// Gives the lock back and leaves the volume as it was before it was taken: for opening that
    /// fails afterwards.
    public func abandon() {
        finish(.abandoned)
    }

    private func finish(_ ending: Ending) {
        let end = self.end.withLock { end in
            defer { end = nil }
            return end
        }
        end?(ending)
    }
}
