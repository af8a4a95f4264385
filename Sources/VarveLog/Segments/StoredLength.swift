import VarveBytes

/// The length of one record in an interval block: a varint of stored bytes, separator and kind; for
/// a redacted record its leaf follows (`docs/segment-format.md`, "Interval block").
enum StoredLength {
    /// Appends one length; false when the entry is none of the format's, or lacks its leaf.
    static func append(
        _ entry: LengthEntry, leaf: SHA256Digest?, to writer: inout ByteWriter
    ) -> Bool {
        guard let kind = kind(of: entry), (kind == .redacted) == (leaf != nil) else { return false }
        writer.appendVarint(
            UInt64(entry.storedBytes) << 3 | (entry.hasSeparator ? 4 : 0) | UInt64(kind.rawValue))
        if let leaf { writer.append(leaf) }
        return true
    }

    /// Reads one length and moves behind it.
    static func read(
        from reader: inout ByteReader
    ) throws(TruncatedInput) -> (entry: LengthEntry, kind: RecordKind, leaf: SHA256Digest?) {
        let value = try reader.readVarint()
        let stored = value >> 3
        guard stored <= UInt64(LengthEntry.bytesMask) else { throw malformed(reader) }
        let raw = UInt32(stored) | (value & 4 != 0 ? 1 << 27 : 0) | UInt32(value & 3) << 28
        let entry = LengthEntry(rawValue: raw)
        guard let kind = kind(of: entry) else { throw malformed(reader) }
        return (entry, kind, kind == .redacted ? try reader.readDigest() : nil)
    }

    /// What the record is; nil when its length or separator contradict that.
    static func kind(of entry: LengthEntry) -> RecordKind? {
        guard let kind = RecordKind(rawValue: UInt8(entry.rawValue >> 28)) else { return nil }
        switch kind {
        case .data, .redacted: return entry.hasSeparator && entry.storedBytes == 0 ? nil : kind
        case .close, .trim: return entry.storedBytes == 0 && !entry.hasSeparator ? kind : nil
        }
    }

    private static func malformed(_ reader: ByteReader) -> TruncatedInput {
        TruncatedInput(position: reader.position, expected: 0, available: reader.remaining)
    }
}
