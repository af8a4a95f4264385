import VarveBytes
import VarveIndex

/// The keys and values of the index (docs/format.md, "The index of the store"). Persisted.
enum IndexFormat {
    /// The name of the index among others; on disk it has a directory of the log's.
    static let name = "store"
    /// The version of the format, in the marker.
    static let version: UInt8 = 1
    /// The key of the marker.
    static let markerKey: [UInt8] = [0x00, 0x61]
    /// The key of the setting of retention.
    static let retentionKey: [UInt8] = [0x00, 0x72]
    /// What comes before every key of the store.
    static let keyPrefix: UInt8 = 0x01
    /// Above every key of the store.
    static let aboveKeys: [UInt8] = [0x02]
    /// Bytes of the sequence before every value.
    static let sequenceBytes = 8

    /// The most bytes that a row takes in a change beside those of its entry in the batch.
    static let rowOverhead = 1 + 1 + sequenceBytes + 5

    /// Calls `body` with the index's key for `key`.
    @inline(__always)
    static func withKey<R, E: Error>(
        _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        // On the stack: keys are short and many.
        var room = KeyRoom(repeating: 0)
        return try withUnsafeMutableBytes(of: &room) { (room) throws(E) in
            room[0] = keyPrefix
            if let source = key.baseAddress, let target = room.baseAddress {
                (target + 1).copyMemory(from: source, byteCount: key.count)
            }
            return try body(UnsafeRawBufferPointer(rebasing: room[...key.count]))
        }
    }

    private typealias KeyRoom = InlineArray<256, UInt8>

    /// The index's keys from `from` up to `through`, both included; an empty `through` is no end.
    static func range(from: StoreKey, through: StoreKey) -> IndexRange {
        IndexRange(
            from: [keyPrefix] + from,
            before: through.isEmpty ? aboveKeys : [keyPrefix] + through + [0])
    }

    /// The sequence that a row's value begins with.
    /// - Throws: `malformed` when it is too short.
    static func sequence(of value: UnsafeRawBufferPointer) throws(StoreError) -> UInt64 {
        guard value.count >= sequenceBytes, let base = value.baseAddress else {
            throw .index("a row's value has \(value.count) bytes, less than a sequence")
        }
        return UInt64(bigEndian: base.loadUnaligned(as: UInt64.self))
    }
}
