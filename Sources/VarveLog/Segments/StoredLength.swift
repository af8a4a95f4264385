import VarveBytes

/// The length of one record in an interval block: a varint of stored bytes, separator and kind; for
/// a trim or a redacted record its leaf follows (`docs/segment-format.md`, "Interval block").
enum StoredLength {
    /// Appends one length; false when the entry is none of the format's, or lacks its leaf.
    static func append(
        _ entry: LengthEntry, leaf: SHA256Digest?, to writer: inout ByteWriter
    ) -> Bool {
        guard let kind = kind(of: entry), kind.keepsLeaf == (leaf != nil) else { return false }
        writer.appendVarint(
            UInt64(entry.storedBytes) << 3 | (entry.hasSeparator ? 4 : 0) | UInt64(kind.rawValue))
        if let leaf { writer.append(leaf) }
        return true
    }

    /// Reads the length at `index`, which is one of `bytes`, and moves behind it, and behind the
    /// leaf that follows the length of some kinds; nil when it is malformed.
    @inline(__always)
    static func read(
        _ bytes: UnsafeRawBufferPointer, at index: inout Int
    ) -> (entry: LengthEntry, kind: RecordKind)? {
        var value = UInt64(bytes[index])
        if value < 0x80 {
            index += 1
        } else if index + 1 < bytes.count, bytes[index + 1] < 0x80, bytes[index + 1] != 0 {
            value = value & 0x7f | UInt64(bytes[index + 1]) << 7
            index += 2
        } else {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
            guard let (large, count) = Varint.decode(rest) else { return nil }
            value = large
            index += count
        }
        let stored = value >> 3
        // Nearly every record is this.
        if value & 3 == 0, stored > 0, stored <= UInt64(LengthEntry.bytesMask) {
            return (entry(value), .data)
        }
        guard stored <= UInt64(LengthEntry.bytesMask), let kind = kind(of: entry(value)) else {
            return nil
        }
        if kind.keepsLeaf {
            index += SHA256Digest.byteCount
            guard index <= bytes.count else { return nil }
        }
        return (entry(value), kind)
    }

    @inline(__always)
    private static func entry(_ value: UInt64) -> LengthEntry {
        let separator: UInt32 = value & 4 != 0 ? 1 << 27 : 0
        return LengthEntry(
            rawValue: UInt32(truncatingIfNeeded: value >> 3) | separator
                | UInt32(truncatingIfNeeded: value & 3) << 28)
    }

    /// What the record is; nil when its length or separator contradict that.
    static func kind(of entry: LengthEntry) -> RecordKind? {
        guard let kind = RecordKind(rawValue: UInt8(entry.rawValue >> 28)) else { return nil }
        switch kind {
        case .data, .redacted: return entry.hasSeparator && entry.storedBytes == 0 ? nil : kind
        case .close, .trim: return entry.storedBytes == 0 && !entry.hasSeparator ? kind : nil
        }
    }
}
