import VarveBytes

/// One thing found in a log: a segment, a journal file, a group, a frame, or the end of a file.
///
/// `text` and `json` are each one line.
public enum InspectionItem: Sendable {
    /// A segment.
    case segment(SegmentDescription)
    /// A journal file and its header.
    case file(FileSummary)
    /// A group; without frames it is a mark or a seal.
    case group(GroupSummary)
    /// A frame.
    case frame(FrameSummary)
    /// Where the reading of a file ended.
    case end(EndSummary)
    /// A file that is not part of the log yet: a spare, or one being prepared.
    case waiting(name: String)
    /// Something in a segment, a frame or the catalog.
    case detail(InspectedDetail)

    /// A journal file.
    public struct FileSummary: Sendable {
        /// The path within the log's directory.
        public let name: String
        /// Its size.
        public let bytes: UInt64
        /// The LSN of its first frame.
        public let baseLSN: UInt64
        /// Number of the file before, and where that ends: byte and LSN.
        public let previous: (number: UInt64, endByte: UInt64, endLSN: UInt64)
        /// What its header says was synced.
        public let syncedThrough: UInt64
        /// When it was begun.
        public let wallMilliseconds: UInt64
    }

    /// A group of frames.
    public struct GroupSummary: Sendable {
        /// Its position in the file.
        public let byte: UInt64
        /// The LSN of its first frame, or of the next one.
        public let firstLSN: UInt64
        /// How many frames it has.
        public let frameCount: UInt32
        /// How many bytes they have.
        public let frameBytes: UInt32
        /// What was synced when it was written.
        public let syncedThrough: UInt64
        /// Of a seal, the number of the file that goes on behind this one.
        public let nextFile: UInt64?
    }

    /// A frame.
    public struct FrameSummary: Sendable {
        /// Its position in the file.
        public let byte: UInt64
        /// The frame's header.
        package let header: FrameHeader
        /// The stream's name, in the first frame of a create.
        public let name: String?
        /// Where it trims its stream to, in the first frame of a set that does.
        let visible: VisibleStart?
        /// Which records it erases, and the text that says why.
        let redaction: (redaction: Redaction, reason: String)?
    }

    /// The end of a file.
    public struct EndSummary: Sendable {
        /// Where reading ended.
        public let byte: UInt64
        /// The LSN that would come next.
        public let nextLSN: UInt64
        /// Why, unless the file simply ends here.
        public let problem: String?
    }

    /// One line for people.
    public var text: String {
        switch self {
        case .segment(let segment): segment.text
        case .file(let file):
            "\(file.name): \(file.bytes) bytes, from LSN \(file.baseLSN), synced through "
                + "\(file.syncedThrough), begun at \(file.wallMilliseconds) ms"
                + (file.previous.number == 0
                    ? ""
                    : "; file \(file.previous.number) ends at byte \(file.previous.endByte), "
                        + "LSN \(file.previous.endLSN)")
        case .group(let group):
            Self.text(group)
        case .frame(let frame): Self.text(frame)
        case .end(let end):
            "  @\(end.byte) end, next LSN \(end.nextLSN)" + (end.problem.map { ": \($0)" } ?? "")
        case .waiting(let name): "\(name): waits for its use"
        case .detail(let detail): detail.text
        }
    }

    private static func text(_ group: GroupSummary) -> String {
        if let next = group.nextFile { return "  @\(group.byte) seal: file \(next) goes on" }
        guard group.frameCount > 0 else {
            return "  @\(group.byte) mark: synced through \(group.syncedThrough)"
        }
        return "  @\(group.byte) group: LSN \(group.firstLSN)…"
            + "\(group.firstLSN + UInt64(group.frameCount) - 1), "
            + "\(group.frameBytes) bytes, synced through \(group.syncedThrough)"
    }

    private static func text(_ frame: FrameSummary) -> String {
        let header = frame.header
        let part = header.partCount == 1 ? "" : " part \(header.partIndex + 1)/\(header.partCount)"
        let name = frame.name.map { " \"\($0)\"" } ?? ""
        return
            "    @\(frame.byte) \(header.lsn) \(header.kind) stream \(header.stream)\(name)\(part):"
            + " \(header.recordCount) records, \(header.payloadBytes) bytes at "
            + StreamPosition(record: header.firstRecord, byte: header.firstByte).description
            + ", annotation \(header.annotationBytes), time \(header.wallMilliseconds)"
            + (header.isStructural ? ", structural" : "")
            + (frame.visible.map { ", trims to \($0.position)" } ?? "")
            + (frame.redaction.map {
                ", redacts \($0.redaction.start) to \($0.redaction.end): "
                    + JSONLine.quoted($0.reason)
            } ?? "")
            + ", head \(header.head.hex.prefix(16))…"
    }

    /// One JSON object.
    public var json: String {
        var line = JSONLine()
        switch self {
        case .segment(let segment):
            segment.add(to: &line)
        case .file(let file):
            line.add("type", "file")
            line.add("name", file.name)
            line.add("bytes", file.bytes)
            line.add("base_lsn", file.baseLSN)
            line.add("previous_number", file.previous.number)
            line.add("previous_end_byte", file.previous.endByte)
            line.add("previous_end_lsn", file.previous.endLSN)
            line.add("synced_through", file.syncedThrough)
            line.add("time_ms", file.wallMilliseconds)
        case .group(let group):
            let frameless = group.nextFile == nil ? "mark" : "seal"
            line.add("type", group.frameCount == 0 ? frameless : "group")
            line.add("byte", group.byte)
            line.add("first_lsn", group.firstLSN)
            line.add("frames", UInt64(group.frameCount))
            line.add("frame_bytes", UInt64(group.frameBytes))
            line.add("synced_through", group.syncedThrough)
            if let next = group.nextFile { line.add("next_file", next) }
        case .frame(let frame):
            Self.add(frame, to: &line)
        case .end(let end):
            line.add("type", "end")
            line.add("byte", end.byte)
            line.add("next_lsn", end.nextLSN)
            line.add("problem", end.problem)
        case .waiting(let name):
            line.add("type", "waiting")
            line.add("name", name)
        case .detail(let detail):
            detail.add(to: &line)
        }
        return line.rendered
    }

    private static func add(_ frame: FrameSummary, to line: inout JSONLine) {
        let header = frame.header
        line.add("type", "frame")
        line.add("byte", frame.byte)
        line.add("bytes", UInt64(header.frameBytes))
        line.add("lsn", header.lsn)
        line.add("kind", "\(header.kind)")
        line.add("stream", header.stream)
        line.add("name", frame.name)
        line.add("part", UInt64(header.partIndex))
        line.add("parts", UInt64(header.partCount))
        line.add("records", UInt64(header.recordCount))
        line.add("payload_bytes", UInt64(header.payloadBytes))
        line.add("annotation_bytes", UInt64(header.annotationBytes))
        line.add("first_record", header.firstRecord)
        line.add("first_byte", header.firstByte)
        line.add("time_ms", header.wallMilliseconds)
        line.add("structural", header.isStructural)
        line.add("trims_to", frame.visible?.position.description)
        if let (redaction, reason) = frame.redaction {
            line.add("redacts_from", redaction.start.description)
            line.add("redacts_to", redaction.end.description)
            line.add("reason", reason)
        }
        line.add("head", header.head.hex)
    }
}
