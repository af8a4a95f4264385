import VarveBytes
import VarveLog

/// The saved form of one stretch of an `AgeIndex` (`docs/format.md`, "Stream state in the
/// catalog").
enum AgeEntry {
    /// The first byte of the key, which tells it from other entries (persisted).
    static let tag: UInt8 = 2

    /// The entry of a stretch.
    static func encode(_ stretch: AgeIndex.Stretch) -> StateEntry {
        var writer = ByteWriter(capacity: 32)
        writer.appendVarint(stretch.last)
        writer.appendVarint(stretch.end.record)
        writer.appendVarint(stretch.end.byte)
        return StateEntry(key: [tag, stretch.slot], value: Array(writer.bytes))
    }

    /// The stretch that an entry is.
    static func decode(_ entry: StateEntry) throws(StreamImageCoding.Malformed) -> AgeIndex.Stretch
    {
        guard entry.key.count == 2, entry.key[0] == tag, entry.key[1] < AgeIndex.countMax else {
            throw StreamImageCoding.Malformed()
        }
        do {
            return try entry.value.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let last = try reader.readVarint()
                let end = StreamPosition(
                    record: try reader.readVarint(), byte: try reader.readVarint())
                guard reader.isAtEnd, last <= Expiry.useMax else {
                    throw StreamImageCoding.Malformed()
                }
                return AgeIndex.Stretch(slot: entry.key[1], last: last, end: end)
            }
        } catch {
            throw StreamImageCoding.Malformed()
        }
    }
}
