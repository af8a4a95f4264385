import VarveBytes

/// Changes that an index takes as one.
///
/// All of them lie in one run of bytes, in the encoding that RocksDB has for a batch, so that
/// writing hands over a single buffer whatever the number of keys:
///
///     sequence u64 = 0, count u32, then the operations:
///     kind u8, then one or two strings, each a varint length and so many bytes
///
/// `clear` keeps the memory for the next batch. An operation that throws leaves the batch as it
/// was.
///
/// Thread rule: one thread at a time.
package struct IndexBatch: ~Copyable {
    /// The kinds of operations; the numbers are RocksDB's.
    private enum Kind: UInt8 {
        case delete = 0x00
        case put = 0x01
        case deleteRange = 0x0f
    }

    private static let countOffset = 8
    private static let headerByteCount = 12
    /// Above every key that is allowed, for ranges without an end.
    private static let aboveAllKeys = [UInt8](repeating: 0xff, count: IndexLimits.keyBytesMax + 1)

    private var writer: ByteWriter
    /// How many operations it has.
    package private(set) var count = 0

    /// An empty batch with room for `capacity` bytes.
    package init(capacity: Int = 0) {
        writer = ByteWriter(capacity: capacity + Self.headerByteCount)
        writer.append(UInt64(0))
        writer.append(UInt32(0))
    }

    /// True when it changes nothing.
    package var isEmpty: Bool { count == 0 }

    /// How many bytes it takes, encoded.
    package var byteCount: Int { writer.count }

    /// The whole batch as RocksDB takes it; valid until the next change.
    var encoded: UnsafeRawBufferPointer { writer.bytes }

    /// Sets the value of a key.
    ///
    /// Throws `invalidKey`, `valueTooLarge` or `batchTooLarge`.
    package mutating func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(IndexError) {
        try IndexLimits.checkKey(key)
        guard value.count <= IndexLimits.valueBytesMax else {
            throw .valueTooLarge(byteCount: value.count)
        }
        try append(.put, key, value)
    }

    /// Sets the value of a key.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) throws(IndexError) {
        try key.span.withUnsafeBytes { (key) throws(IndexError) in
            try value.span.withUnsafeBytes { (value) throws(IndexError) in try put(key, value) }
        }
    }

    /// Removes a key, which need not be there. Throws `invalidKey` or `batchTooLarge`.
    package mutating func delete(_ key: UnsafeRawBufferPointer) throws(IndexError) {
        try IndexLimits.checkKey(key)
        try append(.delete, key, nil)
    }

    /// Removes a key, which need not be there.
    package mutating func delete(_ key: [UInt8]) throws(IndexError) {
        try key.span.withUnsafeBytes { (key) throws(IndexError) in try delete(key) }
    }

    /// Removes every key in a range, at a cost that does not depend on how many there are.
    ///
    /// Later reads near the range pay for it until the index is compacted: for single keys `delete`
    /// is better. Throws `invalidKey` or `batchTooLarge`.
    package mutating func deleteRange(_ range: IndexRange) throws(IndexError) {
        if range.isEmpty { return }
        let end = range.before ?? Self.aboveAllKeys
        guard range.from.count <= IndexLimits.keyBytesMax else {
            throw .invalidKey(byteCount: range.from.count)
        }
        guard end.count <= Self.aboveAllKeys.count else {
            throw .invalidKey(byteCount: end.count)
        }
        try range.from.span.withUnsafeBytes { (from) throws(IndexError) in
            try end.span.withUnsafeBytes { (end) throws(IndexError) in
                try append(.deleteRange, from, end)
            }
        }
    }

    /// Forgets the operations and keeps the memory.
    package mutating func clear() {
        count = 0
        writer.truncate(to: Self.headerByteCount)
        writer.overwrite(UInt32(0), at: Self.countOffset)
    }

    /// Calls `body` with each operation in order; it may throw.
    package func forEach<E: Error>(_ body: (IndexOperation) throws(E) -> Void) throws(E) {
        var position = Self.headerByteCount
        while position < writer.count {
            let kind = Kind(rawValue: writer.bytes[position])
            position += 1
            let first = string(at: &position)
            switch kind {
            case .put: try body(.put(key: first, value: string(at: &position)))
            case .delete: try body(.delete(key: first))
            case .deleteRange: try body(.deleteRange(from: first, before: string(at: &position)))
            case nil: preconditionFailure("a batch holds what was appended to it")
            }
        }
    }

    /// Throws `unsorted` unless every operation is a put with a key above the one before.
    package func checkSortedRun() throws(IndexError) {
        var last = UnsafeRawBufferPointer(start: nil, count: 0)
        var position = 0
        try forEach { (operation) throws(IndexError) in
            guard case .put(let key, _) = operation, last.sortsBefore(key) else {
                throw .unsorted(position: position)
            }
            last = key
            position += 1
        }
    }

    private func string(at position: inout Int) -> UnsafeRawBufferPointer {
        let rest = UnsafeRawBufferPointer(rebasing: writer.bytes[position...])
        guard let (length, size) = Varint.decode(rest), length <= rest.count - size else {
            preconditionFailure("a batch holds what was appended to it")
        }
        position += size + Int(length)
        return UnsafeRawBufferPointer(rebasing: rest[size..<size + Int(length)])
    }

    private mutating func append(
        _ kind: Kind, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer?
    ) throws(IndexError) {
        let size =
            1 + 2 * Varint.byteCountMax + first.count + (second?.count ?? 0)
        guard writer.count + size <= IndexLimits.batchBytesMax else {
            throw .batchTooLarge(byteCount: writer.count + size)
        }
        writer.reserve(size)
        writer.append(kind.rawValue)
        writer.appendVarint(UInt64(first.count))
        writer.append(first)
        if let second {
            writer.appendVarint(UInt64(second.count))
            writer.append(second)
        }
        count += 1
        writer.overwrite(UInt32(count), at: Self.countOffset)
    }
}
