public import VarveBytes

/// What a verification found: every stream's head, and all damage.
public struct VerificationReport: Sendable {
    /// One stream as its frames describe it.
    public struct StreamSummary: Sendable {
        /// The stream's identity.
        public let id: StreamID
        /// What tells it from other streams of its name; nil when the frame that created it is
        /// lost.
        public let incarnation: Incarnation?
        /// Its name; nil when the frame that created it is lost.
        public let name: String?
        /// The number of data records.
        public let records: UInt64
        /// The stored bytes, separators included.
        public let bytes: UInt64
        /// The chain's head after the last record.
        public let head: ChainHash
        /// Where a trim made it begin for its readers; nil when it was never trimmed.
        public let visibleStart: StreamPosition?
        /// Where the records begin that are left of a trimmed stream, and the check with them; nil
        /// when all are there.
        public let beginning: StreamPosition?
        /// True when its end was reached.
        public let isClosed: Bool
        /// True when the whole chain, as far as its records are there, was computed anew and
        /// matches at every frame.
        public let isIntact: Bool
        /// The number of records that were redacted: their leaves are in the chain, and what they
        /// said is gone.
        public let redactedRecords: UInt64

        /// Whether it belongs to Varve itself.
        var isReserved: Bool { name?.utf8.first == ReservedName.firstByte }
    }

    /// One damaged place.
    public struct Damage: Sendable, Equatable {
        /// The file.
        public let file: String
        /// The stream that lost something there, as far as is known: its name, or else its id.
        public let stream: String?
        /// The first record concerned.
        public let record: UInt64?
        /// The first byte in the file.
        public let byte: UInt64
        /// How many bytes.
        public let count: UInt64
        /// What is wrong.
        public let detail: String
    }

    /// All streams that exist, by id.
    public internal(set) var streams: [StreamSummary] = []
    /// What became of the heads that were looked for, in their order.
    public internal(set) var heads: [HeadFinding] = []
    /// All damage, in the order of the files.
    public internal(set) var damages: [Damage] = []
    /// What was found of the index of the store; nil when that was not asked for, or there is none.
    public internal(set) var index: IndexSummary?
    /// The number of segments.
    public internal(set) var segmentCount = 0
    /// How many segments have a valid signature of a key that is known.
    public internal(set) var signedSegmentCount = 0
    /// The number of journal files, without those that are settled.
    public internal(set) var fileCount = 0
    /// The number of frames that are right.
    public internal(set) var frameCount: UInt64 = 0
    /// The LSN of which the log itself says that everything up to it was synced.
    public internal(set) var durableMark = LSN.none
    /// The LSN of the last frame.
    public internal(set) var lastLSN = LSN.none

    /// How many streams exist, those that belong to Varve itself left out.
    public var streamCount: Int { streams.count { !$0.isReserved } }

    /// True when nothing is damaged.
    public var isClean: Bool { damages.isEmpty }

    /// True when nothing is damaged and every head that was looked for is proven.
    public var isProven: Bool { isClean && heads.allSatisfy(\.isProven) }

    /// Lines for people: each stream with its head, the heads that were looked for, the store's
    /// index, each damage, a summary.
    public var lines: [String] {
        // A store that nobody used is nothing to tell of.
        let told = streams.filter { $0.records > 0 || !$0.isReserved }
        var lines = told.map { stream in
            let name = stream.name.map(Self.quoted) ?? "(name lost)"
            return "stream \(stream.id) \(name): \(stream.records) records, \(stream.bytes) bytes, "
                + "head \(stream.head.hex)"
                + (stream.visibleStart.map { ", trimmed at \($0)" } ?? "")
                + (stream.beginning.map { ", checked from \($0) on" } ?? "")
                + (stream.isClosed ? ", closed" : "")
                + (stream.redactedRecords == 0 ? "" : ", \(stream.redactedRecords) redacted")
                + (stream.isIntact ? "" : ", DAMAGED")
        }
        for head in heads {
            lines.append(
                "head: stream \"\(head.name)\": "
                    + (head.isProven ? "proven" : "NOT PROVEN") + ": \(head.detail)")
        }
        if let index, index.state != .damaged { lines.append("index: \(index.detail)") }
        for damage in damages {
            let stream = damage.stream.map { " stream \($0)" } ?? ""
            let record = damage.record.map { " record \($0)" } ?? ""
            lines.append(
                "damage: \(damage.file)\(stream)\(record) byte \(damage.byte), "
                    + "\(damage.count) bytes: \(damage.detail)")
        }
        lines.append(
            "\(segmentCount) segments, \(signedSegmentCount) of them signed, "
                + "\(fileCount) journal files, \(frameCount) frames, "
                + "\(streamCount) streams, "
                + "last LSN \(lastLSN), "
                + "synced through \(durableMark): "
                + (isClean ? "clean" : "\(damages.count) damaged places"))
        return lines
    }

    /// A name in quotation marks; one of Varve's own without the byte that makes it that.
    private static func quoted(_ name: String) -> String {
        guard name.utf8.first == ReservedName.firstByte else { return "\"\(name)\"" }
        return "\"\(name.dropFirst())\" of Varve's own"
    }

    /// The same as one JSON object.
    public var json: String {
        var line = JSONLine()
        line.add("clean", isClean)
        line.add("segments", UInt64(segmentCount))
        line.add("signed_segments", UInt64(signedSegmentCount))
        line.add("files", UInt64(fileCount))
        line.add("frames", frameCount)
        line.add("last_lsn", lastLSN.rawValue)
        line.add("synced_through", durableMark.rawValue)
        line.add("streams", list: streams.map(Self.json))
        line.add("proven", isProven)
        line.add("heads", list: heads.map(\.json))
        if let index { line.add("index", json: index.json) }
        line.add("damages", list: damages.map(Self.json))
        return line.rendered
    }

    private static func json(_ stream: StreamSummary) -> String {
        var line = JSONLine()
        line.add("id", stream.id.rawValue)
        line.add("incarnation", stream.incarnation?.description)
        line.add("name", stream.name)
        line.add("records", stream.records)
        line.add("bytes", stream.bytes)
        line.add("head", stream.head.hex)
        line.add("trimmed_at", stream.visibleStart?.description)
        line.add("checked_from", stream.beginning?.description)
        line.add("closed", stream.isClosed)
        if stream.redactedRecords > 0 { line.add("redacted", stream.redactedRecords) }
        line.add("intact", stream.isIntact)
        return line.rendered
    }

    private static func json(_ damage: Damage) -> String {
        var line = JSONLine()
        line.add("file", damage.file)
        line.add("stream", damage.stream)
        line.add("record", damage.record)
        line.add("byte", damage.byte)
        line.add("count", damage.count)
        line.add("detail", damage.detail)
        return line.rendered
    }
}
