import VarveBytes

/// Something found inside a segment, a frame or the catalog, as one line of text and as JSON.
public struct InspectedDetail: Sendable {
    /// The line, indented below what it is a part of.
    let text: String
    private let members: [Member]

    /// A member of its JSON object.
    enum Member: Sendable {
        case text(String, String?)
        case number(String, UInt64?)
        case truth(String, Bool)
    }

    /// A detail of type `type`.
    init(_ type: String, text: String, _ members: [Member]) {
        self.text = text
        self.members = [.text("type", type)] + members
    }

    /// Adds it to a line of JSON.
    func add(to line: inout JSONLine) {
        for member in members {
            switch member {
            case .text(let key, let value): line.add(key, value)
            case .number(let key, let value): line.add(key, value)
            case .truth(let key, let value): line.add(key, value)
            }
        }
    }
}

// What a segment, and a frame, is made of.
extension InspectedDetail {
    /// What a segment or the catalog says of a stream.
    static func stream(_ record: StreamRecord, entries: Int?, in place: String) -> Self {
        let name = String(decoding: record.name, as: UTF8.self)
        let states = [
            record.isClosed ? "closed" : nil, record.isDeleted ? "deleted" : nil,
            record.isRetired ? "retired" : nil,
            record.origin.map { "fork of \($0.source) at \($0.position)" },
            record.visible.map { "trimmed at \($0.position)" },
            record.encoding == .none ? nil : "stored as \(record.encoding)",
            record.alarmMilliseconds.map { "alarm at \($0)" },
            entries.map { "\($0) entries" },
        ]
        return Self(
            "stream",
            text: "  stream \(record.id) \(JSONLine.quoted(name)): tail \(record.tail), head "
                + "\(record.head.hex), last LSN \(record.lastLSN), state \(record.core.count) bytes"
                + states.compactMap { $0 }.map { ", \($0)" }.joined(),
            [
                .text("in", place), .number("stream", record.id.rawValue), .text("name", name),
                .text("incarnation", record.incarnation.description),
                .number("records", record.tail.record), .number("bytes", record.tail.byte),
                .text("head", record.head.hex), .number("last_lsn", record.lastLSN.rawValue),
                .number("structural_lsn", record.structuralLSN.rawValue),
                .truth("closed", record.isClosed), .truth("deleted", record.isDeleted),
                .truth("retired", record.isRetired),
                .number("source", record.origin?.source.rawValue),
                .text("trimmed_at", record.visible?.position.description),
                .number("alarm_ms", record.alarmMilliseconds),
                .text("state", record.core.withUnsafeBytes { Hex.string($0) }),
                .number("entries", entries.map { UInt64($0) }),
            ] + (record.encoding == .none ? [] : [.text("encoding", "\(record.encoding)")]))
    }

    /// Where records of a stream lie in a segment.
    static func run(_ run: SettledRun, of stream: StreamID, in place: String) -> Self {
        Self(
            "run",
            text: "    run @\(run.dataOffset) of stream \(stream): \(run.recordCount) records, "
                + "\(run.byteCount) bytes at \(run.start), stored in \(run.storedBytes) "
                + "(\(run.encoding)), \(run.checkpointCount) checkpoints",
            [
                .text("in", place), .number("stream", stream.rawValue),
                .number("segment", UInt64(run.segment)), .number("byte", run.dataOffset),
                .number("first_record", run.firstRecord), .number("first_byte", run.firstByte),
                .number("records", run.recordCount), .number("stream_bytes", run.byteCount),
                .number("stored_bytes", run.storedBytes), .text("encoding", "\(run.encoding)"),
                .number("checkpoints", UInt64(run.checkpointCount)),
                .truth("has_head", run.hasHead),
            ])
    }

    /// A place in a run where the chain's head is recorded; nil where that is its beginning.
    static func checkpoint(
        _ position: StreamPosition, _ head: ChainHash?, of stream: StreamID
    ) -> Self {
        Self(
            "checkpoint",
            text: "      checkpoint at \(position), head \(head?.hex ?? "of the beginning")",
            [
                .number("stream", stream.rawValue), .number("record", position.record),
                .number("byte", position.byte), .text("head", head?.hex),
            ])
    }

    /// A record.
    static func record(
        _ entry: LengthEntry, number: UInt64, of stream: UInt64, leaf: SHA256Digest? = nil
    ) -> Self {
        let known = leaf == nil ? entry.kind : StoredLength.kind(of: entry)
        let kind = known.map { "\($0)" } ?? "of an unknown kind"
        return Self(
            "record",
            text: "      record \(number) \(kind): \(entry.length) bytes"
                + (entry.hasSeparator ? " and a separator" : "")
                + (leaf.map { ", leaf \($0.hex)" } ?? ""),
            [
                .number("stream", stream), .number("record", number), .text("kind", kind),
                .number("bytes", UInt64(entry.length)), .truth("separator", entry.hasSeparator),
                .text("leaf", leaf?.hex),
            ])
    }

    /// Stored bytes: of the record before, or, at the front of a frame, of one that began in an
    /// earlier frame.
    static func content(
        _ bytes: UnsafeRawBufferPointer, _ form: InspectionOptions.Content
    ) -> Self {
        let shown =
            switch form {
            case .none: ""
            case .text: String(decoding: bytes, as: UTF8.self)
            case .hex: Hex.string(bytes)
            case .base64: Base64.string(bytes)
            }
        return Self(
            "content",
            text: "        \(bytes.count) bytes: "
                + (form == .text ? JSONLine.quoted(shown) : shown),
            [.number("bytes", UInt64(bytes.count)), .text(form.rawValue, shown)])
    }

    /// Bytes that are not what was written; what follows is what can still be read.
    static func damage(_ error: LogError, in place: String) -> Self {
        let members: [Member] =
            if case .corruption(let file, let byte, let count, let detail) = error {
                [
                    .text("in", file), .number("byte", byte), .number("bytes", count),
                    .text("problem", detail),
                ]
            } else {
                [.text("in", place), .text("problem", error.description)]
            }
        return Self("damage", text: "  DAMAGE: \(error.description)", members)
    }
}
