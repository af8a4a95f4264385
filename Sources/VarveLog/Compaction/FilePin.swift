import Synchronization

/// Keeps every file of the log that is in use, or may be read, as it is: no journal file is used
/// again and no segment removed as long as this is held. For copies of the whole log.
///
/// What is written meanwhile goes to other files, and the journal grows by it. Thread rule: any
/// thread.
public final class FilePin: Sendable {
    private let pin: Mutex<ReadPin?>

    /// Holds what `pin` does.
    init(_ pin: ReadPin) {
        self.pin = Mutex(pin)
    }

    /// Gives the files free; does nothing the second time.
    public func release() {
        // Outside the lock: the last holder of a pin does what had to wait for it.
        let held = pin.withLock { pin in
            defer { pin = nil }
            return pin
        }
        withExtendedLifetime(held) {}
    }
}
