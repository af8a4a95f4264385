import Synchronization
import VarveLog

/// When a stream with a limited lifetime ends, and what of that the log knows.
///
/// Reads of a stream with a sliding window renew it, but a read is not worth a frame: the renewal
/// is kept in memory and journalled only when it is more than `slackMilliseconds` newer than what
/// the log knows. After a restart every stream counts as renewed that much after its last
/// journalled use, so that it may live longer than promised by the slack and never shorter (rule
/// 14). Thread rule: under the stream's lock, except `isGone`.
final class Expiry {
    /// The latest use that is told from later ones, in milliseconds since 1970: no sum overflows.
    static let useMax: UInt64 = 1 << 62

    /// The kind and its figure.
    let lifetime: StreamLifetime
    /// `Stream-Expires-At` as it was given; empty for other kinds.
    let text: [UInt8]
    /// True once the stream is deleted or left memory: its entry in the index of expiries is stale.
    /// Any thread.
    let isGone = Atomic<Bool>(false)
    /// The newest use that the log knows, in milliseconds since 1970.
    private(set) var journalled: UInt64
    /// The newest use.
    private(set) var touched: UInt64
    /// The frame of the newest journalled use, an append or a touch: a read within the slack behind
    /// it relies on it.
    var touchLSN = LSN.none
    /// How many live readers hold the stream.
    private(set) var holders = 0

    /// The expiry of a stream created at `now`.
    init(_ lifetime: StreamLifetime, text: UnsafeRawBufferPointer, now: UInt64) {
        self.lifetime = lifetime
        self.text = Array(text)
        journalled = min(now, Self.useMax)
        touched = journalled
    }

    /// The expiry of a stream whose last use that the log knows was at `journalled`, which is at
    /// most `useMax`. Later uses may be missing from the log.
    init(_ lifetime: StreamLifetime, text: [UInt8], journalled: UInt64) {
        self.lifetime = lifetime
        self.text = text
        self.journalled = journalled
        touched = journalled
        assumeUnjournalledUse()
    }

    /// How far the newest use may be ahead of what the log knows.
    var slackMilliseconds: UInt64 {
        max(1000, (lifetime.windowMilliseconds ?? 0) / 16)
    }

    /// When the stream ends if nobody uses it until then; nil while a live reader holds it.
    var deadline: UInt64? {
        switch lifetime {
        case .unlimited: nil
        case .absolute(let milliseconds): milliseconds
        case .sliding: holders > 0 ? nil : touched + (lifetime.windowMilliseconds ?? 0)
        }
    }

    /// When the sweep must look at the stream again.
    var nextVisit: UInt64 { deadline ?? journalled + slackMilliseconds / 2 }

    /// True when the stream is over.
    func isExpired(at now: UInt64) -> Bool {
        deadline.map { $0 <= now } ?? false
    }

    /// A read at `now` renews the window; true when that should be journalled.
    func touch(at now: UInt64) -> Bool {
        guard case .sliding = lifetime else { return false }
        touched = max(touched, min(now, Self.useMax))
        return now > journalled + slackMilliseconds
    }

    /// True when nothing is lost if only what the log knows is kept: then the stream counts as used
    /// up to the slack later, as after a restart.
    var isCoveredByLog: Bool { holders == 0 && touched <= journalled + slackMilliseconds }

    /// True when a live reader holds the stream and the log should hear of it: well before the
    /// slack is used up, because nobody waits for that frame.
    func needsRenewal(at now: UInt64) -> Bool {
        holders > 0 && now >= journalled + slackMilliseconds / 2
    }

    /// The log knows of a use at `now`.
    func noteJournalled(at now: UInt64) {
        journalled = max(journalled, min(now, Self.useMax))
        touched = max(touched, journalled)
    }

    /// After a restart: the last uses may be missing from the log, by as much as the slack.
    func assumeUnjournalledUse() {
        touched = journalled + slackMilliseconds
    }

    /// When a stream of which only the log's knowledge is left ends if nobody uses it until then.
    var alarmMilliseconds: UInt64? {
        switch lifetime {
        case .unlimited: nil
        case .absolute(let milliseconds): milliseconds
        case .sliding(let seconds): journalled + slackMilliseconds + seconds * 1000
        }
    }

    /// A live reader begins to hold the stream.
    func hold() {
        holders += 1
    }

    /// A live reader lets go at `now`, which counts as a use.
    func release(at now: UInt64) {
        precondition(holders > 0, "every release has its hold")
        holders -= 1
        touched = max(touched, min(now, Self.useMax))
    }

    /// Traps when the parts contradict each other.
    func checkInvariants() {
        precondition(touched >= journalled, "the log knows no use that did not happen")
        precondition(holders >= 0, "holders are counted")
    }
}
