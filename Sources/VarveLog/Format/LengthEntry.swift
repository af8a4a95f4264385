/// One record's entry in a frame's table of lengths: 32 bits (persisted).
package struct LengthEntry: Equatable {
    /// The bits that hold the stored bytes.
    static let bytesMask = (1 << 27) - 1
    private static let separatorBit: UInt32 = 1 << 27

    /// The entry as it is stored.
    let rawValue: UInt32

    /// Wraps what was stored; any value is possible until `kind` says otherwise.
    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// An entry for a record of `length` bytes, with or without a separator behind it.
    package init(length: Int, kind: RecordKind, hasSeparator: Bool) {
        let stored = length + (hasSeparator ? 1 : 0)
        precondition(
            stored >= 0 && stored <= Self.bytesMask, "a record's length was checked before")
        rawValue =
            UInt32(stored) | (hasSeparator ? Self.separatorBit : 0) | UInt32(kind.rawValue) << 28
    }

    /// The bytes the record takes in the stream, its separator included.
    package var storedBytes: Int { Int(rawValue) & Self.bytesMask }

    /// True when the last stored byte is a separator.
    package var hasSeparator: Bool { rawValue & Self.separatorBit != 0 }

    /// The bytes of the record itself; never negative, whatever was stored.
    package var length: Int { max(0, storedBytes - (hasSeparator ? 1 : 0)) }

    /// What the record is; nil for an unknown kind, or a reserved one.
    var kind: RecordKind? {
        guard let kind = RecordKind(rawValue: UInt8(rawValue >> 28)) else { return nil }
        switch kind {
        case .data: return hasSeparator && storedBytes == 0 ? nil : kind
        case .close, .trim: return storedBytes == 0 && !hasSeparator ? kind : nil
        case .redacted: return nil
        }
    }
}
