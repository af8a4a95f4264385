/// The name of a file in the journal's directory: a number of 20 digits and what the file is.
package struct JournalFileName: Hashable, Sendable {
    /// What a file in the journal's directory may be; the raw value is its suffix (persisted).
    package enum Role: String, Sendable, CaseIterable {
        /// A file of the log.
        case journal
        /// A file of zeros that waits for its use.
        case spare
        /// A file of zeros that is being written; worth nothing after a crash.
        case preparing
    }

    private static let digits = 20

    /// The file's number, from 1.
    package let number: UInt64
    /// What the file is.
    package let role: Role

    /// The name of file `number` in the role `role`.
    package init(number: UInt64, role: Role) {
        self.number = number
        self.role = role
    }

    /// Parses a name without its directory; nil when it is not one of ours.
    package init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == Self.digits,
            parts[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = UInt64(parts[0]), number >= 1, number <= UInt64(UInt32.max),
            let role = Role(rawValue: String(parts[1]))
        else { return nil }
        self.init(number: number, role: role)
    }

    /// The path within the volume.
    package var path: String {
        let text = String(number)
        let zeros = String(repeating: "0", count: Self.digits - text.utf8.count)
        return "\(Format.journalDirectory)/\(zeros)\(text).\(role.rawValue)"
    }
}
