/// The upper layer's state of one stream, as the catalog keeps it: what the fold of the stream's
/// events amounts to.
///
/// Equal states have equal bytes, whatever events led to them.
package struct SavedState: Equatable, Sendable {
    /// The longest core, in bytes.
    package static let coreBytesMax = 64 << 10

    /// What to save of the entries. The core is always saved whole.
    package enum Scope: Sendable {
        /// All of them.
        case everything
        /// Those that were added or changed since the state was restored, or its changes were
        /// forgotten; all of a state that never was either. Entries are never removed while their
        /// stream lives.
        case changes
    }

    /// The state but for its entries; opaque to the log.
    package var core: [UInt8]
    /// The parts that have keys of their own, by key, each key once.
    package var entries: [StateEntry]
    /// When the stream must be looked at though nobody asks for it, in milliseconds since 1970; nil
    /// when it need not.
    package var alarmMilliseconds: UInt64?

    /// A state with the given parts.
    package init(core: [UInt8], entries: [StateEntry], alarmMilliseconds: UInt64? = nil) {
        self.core = core
        self.entries = entries
        self.alarmMilliseconds = alarmMilliseconds
    }
}
