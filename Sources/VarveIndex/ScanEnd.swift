/// Why a scan ended.
package enum ScanEnd: Sendable {
    /// There are no more keys in the range.
    case exhausted
    /// The body asked for no more.
    case stopped
    /// The next entry would take the disk, and that was not asked for.
    case wouldBlock
}
