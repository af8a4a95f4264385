import VarveBytes

/// Records of one stream whose bytes are erased for good: their numbers, lengths, places and leaves
/// stay, and a filler stands where the bytes were. Of a fork they may be its sources' records, too.
package struct Redaction: Hashable, Sendable {
    /// Bytes of a redaction in a frame (persisted).
    static let byteCount = 40
    /// The most bytes of the text that says why.
    package static let reasonBytesMax = 1024
    /// The most records that are erased with one call.
    package static let recordsMax: UInt64 = 10_000

    /// Where the first of the records begins.
    package let start: StreamPosition
    /// Behind the last of them; it has a greater number.
    package let end: StreamPosition
    /// What stands in their place.
    package let filler: RedactionFiller

    /// A redaction of the records between two borders.
    package init(start: StreamPosition, end: StreamPosition, filler: RedactionFiller) {
        self.start = start
        self.end = end
        self.filler = filler
    }

    /// Reads the `byteCount` bytes at `base`, which may be anything; nil when they make no sense.
    init?(loadingFrom base: UnsafeRawPointer) {
        start = StreamPosition(
            record: base.loadLittleEndian(0), byte: base.loadLittleEndian(8))
        end = StreamPosition(
            record: base.loadLittleEndian(16), byte: base.loadLittleEndian(24))
        let code: UInt64 = base.loadLittleEndian(32)
        guard code <= UInt64(UInt8.max), let filler = RedactionFiller(rawValue: UInt8(code)),
            start.record < end.record, start.byte <= end.byte
        else { return nil }
        self.filler = filler
    }

    /// Writes `byteCount` bytes to `base`.
    func store(to base: UnsafeMutableRawPointer) {
        base.storeLittleEndian(start.record, at: 0)
        base.storeLittleEndian(start.byte, at: 8)
        base.storeLittleEndian(end.record, at: 16)
        base.storeLittleEndian(end.byte, at: 24)
        base.storeLittleEndian(UInt64(filler.rawValue), at: 32)
    }

    /// The part of it before `position`.
    func clipped(to position: StreamPosition) -> Redaction {
        Redaction(start: start, end: min(end, position), filler: filler)
    }

    /// Whether a record is one of those that are erased.
    func erases(_ kind: RecordKind, _ record: UInt64) -> Bool {
        kind.takesNumber && record >= start.record && record < end.record
    }

    /// Whether some of the records lie in a run.
    func concerns(_ run: SettledRun) -> Bool {
        start.record < run.end.record && run.firstRecord < end.record
    }

    /// The record as it is read from now on.
    func applied(to record: Record) -> Record {
        guard erases(record.kind, record.position.record) else { return record }
        return Record(
            position: record.position, kind: .redacted,
            payload: filler.bytes(record.payload.count), chainHash: record.chainHash)
    }
}
