import Synchronization

/// What signs the segments of a log, once somebody has said what does.
///
/// Thread rule: any thread.
final class CutSigner: Sendable {
    private let signer = Mutex<HeadSigner?>(nil)

    /// Nothing signs.
    init() {}

    /// What signs from now on.
    var current: HeadSigner? {
        get { signer.withLock { $0 } }
        set { signer.withLock { $0 = newValue } }
    }
}
