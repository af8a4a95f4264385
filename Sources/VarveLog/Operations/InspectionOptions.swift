/// What of a log is shown, and how.
public struct InspectionOptions: Sendable {
    /// A kind of thing that a log holds.
    public enum Part: Sendable, CaseIterable {
        /// Each segment, in one line.
        case segments
        /// The journal: its files, groups and frames.
        case frames
        /// The streams of each segment, and where their records lie in it.
        case runs
        /// The places in runs where the chain's head is recorded.
        case checkpoints
        /// Each record of the frames and runs that are shown: its number and its lengths.
        case records
        /// The keys and values of the catalog.
        case catalog
    }

    /// How the bytes of records are shown.
    public enum Content: String, Sendable, CaseIterable {
        /// Not at all.
        case none
        /// As UTF-8; what is none becomes U+FFFD.
        case text
        /// In hexadecimal digits.
        case hex
        /// In base64.
        case base64
    }

    /// A stream.
    public enum Selection: Sendable, Equatable {
        /// All streams that ever had this name.
        case name(String)
        /// The stream with this id.
        case id(UInt64)
    }

    /// What is shown.
    public var parts: Set<Part>
    /// The only stream whose frames, runs and catalog entries are shown; nil = all.
    public var stream: Selection?
    /// The first LSN: frames before it and segments that end before it are left out.
    public var firstLSN: UInt64
    /// How the bytes of records are shown; anything but `none` shows the records too.
    public var content: Content

    /// What `varve inspect` shows: segments and frames.
    public init(parts: Set<Part> = [.segments, .frames]) {
        self.parts = parts
        stream = nil
        firstLSN = 0
        content = .none
    }

    /// True when records are shown one by one.
    var showsRecords: Bool { parts.contains(.records) || content != .none }

    /// True when segments are looked into.
    var showsRuns: Bool { parts.contains(.runs) || parts.contains(.checkpoints) }
}
