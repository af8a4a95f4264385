/// When an append counts as durable, and so becomes visible to readers.
public enum Durability: Sendable, Equatable {
    /// On stable storage. Survives power loss and the death of the process. The default.
    case sync
    /// In the operating system's cache, and on stable storage at most so many milliseconds later.
    ///
    /// Survives the death of the process; a power loss may take back the last interval.
    case interval(milliseconds: UInt64)
    /// In the operating system's cache. Survives the death of the process; a power loss may take
    /// back everything since the last sync (at the latest the last change of the journal file).
    case os

    /// Orders modes by strength, so that a call may ask for more than its log gives, never for
    /// less.
    var strength: Int {
        switch self {
        case .sync: 2
        case .interval: 1
        case .os: 0
        }
    }
}
