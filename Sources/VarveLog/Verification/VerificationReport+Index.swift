extension VerificationReport {
    /// What was found of the index of the store that is on this log.
    public struct IndexSummary: Sendable, Equatable {
        /// What the index is like.
        public enum State: String, Sendable {
            /// It opens, can be read from end to end, and belongs to this log as far as it has
            /// come.
            case whole
            /// It does not open, cannot be read, or is not of this log.
            case damaged
            /// There is none, and the next start makes it from the log.
            case absent
            /// It was not looked at, or cannot be judged.
            case unchecked
        }

        /// What it is like.
        public let state: State
        /// The same in words.
        public let detail: String
        /// How many keys it has; nil when that is not known.
        public let keys: UInt64?
        /// The last batch that it has; nil when that is not known.
        public let batch: UInt64?

        /// What was found.
        package init(
            _ state: State, _ detail: String, keys: UInt64? = nil, batch: UInt64? = nil
        ) {
            self.state = state
            self.detail = detail
            self.keys = keys
            self.batch = batch
        }

        var json: String {
            var line = JSONLine()
            line.add("state", state.rawValue)
            line.add("detail", detail)
            if let keys { line.add("keys", keys) }
            if let batch { line.add("batch", batch) }
            return line.rendered
        }
    }

    /// Adds what was found of the index; damage of it is damage.
    package mutating func add(_ summary: IndexSummary, of directory: String) {
        index = summary
        guard summary.state == .damaged else { return }
        damages.append(
            Damage(
                file: directory, stream: nil, record: nil, byte: 0, count: 0,
                detail: summary.detail))
    }
}
