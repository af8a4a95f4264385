package import VarveBytes

/// One part of a stream's saved state that changes by itself, such as one producer: the catalog
/// keeps each under a key of its own, so that a change costs one entry and not all of them.
package struct StateEntry: Hashable, Sendable {
    /// The longest key, in bytes.
    package static let keyBytesMax = 512
    /// The longest value, in bytes.
    package static let valueBytesMax = 64

    /// What tells it from the stream's other entries.
    package var key: [UInt8]
    /// What it says; opaque to the log.
    package var value: [UInt8]

    /// An entry with the given parts.
    package init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }

    /// Throws `limitExceeded` when the key or the value is longer than the format takes.
    func check() throws(LogError) {
        guard key.count >= 1, key.count <= Self.keyBytesMax else {
            throw .limitExceeded(
                name: "state key bytes", limit: Self.keyBytesMax, actual: key.count)
        }
        guard value.count <= Self.valueBytesMax else {
            throw .limitExceeded(
                name: "state value bytes", limit: Self.valueBytesMax,
                actual: value.count)
        }
    }

    /// Appends key and value, each behind its length.
    package func encode(into writer: inout ByteWriter) {
        writer.appendVarint(UInt64(key.count))
        key.withUnsafeBytes { writer.append($0) }
        writer.appendVarint(UInt64(value.count))
        value.withUnsafeBytes { writer.append($0) }
    }

    /// Reads what `encode` wrote and moves behind it.
    package init(from reader: inout ByteReader) throws(TruncatedInput) {
        key = try reader.readRun(atMost: Self.keyBytesMax)
        guard !key.isEmpty else {
            throw TruncatedInput(
                position: reader.position, expected: 0, available: reader.remaining)
        }
        value = try reader.readRun(atMost: Self.valueBytesMax)
    }
}

extension ByteReader {
    /// The next run of bytes, which stands behind its length; more than `limit` is malformed.
    mutating func readRun(atMost limit: Int) throws(TruncatedInput) -> [UInt8] {
        let count = try readVarint()
        guard count <= UInt64(limit) else {
            throw TruncatedInput(position: position, expected: 0, available: remaining)
        }
        return Array(try read(count: Int(count)))
    }
}
