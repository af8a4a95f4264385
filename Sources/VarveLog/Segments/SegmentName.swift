/// The name of a file in the directory of segments: a number of 20 digits and what the file is.
package struct SegmentName: Hashable, Sendable {
    /// What a file there may be; the raw value is its suffix (persisted).
    package enum Role: String, Sendable, CaseIterable {
        /// A segment, whole and synced.
        case segment
        /// A segment that is being written; worth nothing after a crash.
        case writing
        /// What its writer put aside, to be copied into the segment: interval blocks.
        case blocks
        /// Put aside: a run's table of checkpoints.
        case checkpoints
        /// Put aside: the checksums of the data.
        case checksums
        /// Put aside: the streams' entries.
        case streams
        /// Put aside: the table of the streams' groups.
        case groups

        /// True for files that a crash leaves behind and that opening removes.
        package var isTemporary: Bool { self != .segment }
    }

    private static let digits = 20

    /// The segment's number, from 1.
    package let number: UInt32
    /// What the file is.
    package let role: Role

    /// The name of segment `number` in the role `role`.
    package init(number: UInt32, role: Role = .segment) {
        self.number = number
        self.role = role
    }

    /// Parses a name without its directory; nil when it is not one of ours.
    package init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == Self.digits,
            parts[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = UInt32(parts[0]), number >= 1, let role = Role(rawValue: String(parts[1]))
        else { return nil }
        self.init(number: number, role: role)
    }

    /// The path within the volume.
    package var path: String {
        let text = String(number)
        let zeros = String(repeating: "0", count: Self.digits - text.utf8.count)
        return "\(SegmentFormat.directory)/\(zeros)\(text).\(role.rawValue)"
    }
}
