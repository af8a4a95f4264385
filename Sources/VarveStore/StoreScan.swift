/// A range of keys with their values, pulled one by one, all of one moment.
///
/// Memory does not grow with the range. Thread rule: one thread at a time.
public final class StoreScan {
    /// How many entries, or bytes of them, are fetched together.
    private static let pageEntries = 256
    private static let pageBytes = 256 << 10

    /// The sequence of the newest batch that it shows.
    public let sequence: UInt64
    private let cursor: ScanCursor
    private var left: Int
    private var page: [StoreEntry] = []
    private var index = 0

    /// A scan of what `cursor` has left, at most `limit` entries.
    init(_ cursor: ScanCursor, sequence: UInt64, limit: Int?) {
        self.cursor = cursor
        self.sequence = sequence
        left = max(0, limit ?? .max)
    }

    /// The next entry; nil behind the last one, and from then on.
    /// - Throws: `index`.
    public func next() throws(StoreError) -> StoreEntry? {
        if index == page.count {
            guard left > 0, !cursor.isOver else { return nil }
            try fetch()
            if page.isEmpty { return nil }
        }
        defer { index += 1 }
        return page[index]
    }

    private func fetch() throws(StoreError) {
        page.removeAll(keepingCapacity: true)
        index = 0
        let limit = min(left, Self.pageEntries)
        var bytes = 0
        var entries: [StoreEntry] = []
        swap(&entries, &page)
        defer { swap(&entries, &page) }
        try cursor.page { key, value in
            entries.append(StoreEntry(key: Array(key), value: Array(value)))
            bytes += key.count + value.count
            return entries.count < limit && bytes < Self.pageBytes
        }
        left -= entries.count
    }
}
