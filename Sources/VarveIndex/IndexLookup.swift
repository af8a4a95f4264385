/// What became of looking for one key.
package enum IndexLookup: Sendable {
    /// The key is there, and its value was handed over.
    case found
    /// The key is not there.
    case absent
    /// It would take the disk to know, and that was not asked for.
    case wouldBlock
}
