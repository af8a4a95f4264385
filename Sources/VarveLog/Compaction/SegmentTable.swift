import VarveStorage

/// The segments in use, in the order of the log, as far as one has to know them to decide which to
/// merge.
///
/// Thread rule: the arranger's thread.
struct SegmentTable {
    /// One segment.
    struct Entry: Equatable {
        /// Its number.
        var number: UInt32
        /// The first LSN it settles.
        var first: UInt64
        /// The last LSN it settles.
        var last: UInt64
        /// The bytes of its file.
        var bytes: UInt64
        /// How many of these belong to streams that are gone, or were trimmed away and nothing
        /// pins them, as far as is known.
        var deadBytes: UInt64 = 0
    }

    /// The segments; each begins behind the one before.
    private(set) var entries: [Entry] = []

    /// No segments.
    init() {}

    /// The segments with these numbers and dead bytes, whose headers and footers are read.
    init(
        _ numbers: [(number: UInt32, deadBytes: UInt64)], volume: any Volume
    ) throws(LogError) {
        for (number, deadBytes) in numbers {
            let file = try SegmentFile.open(volume: volume, number: number)
            entries.append(
                Entry(
                    number: number, first: file.header.first.rawValue,
                    last: file.header.last.rawValue, bytes: file.backend.size,
                    deadBytes: deadBytes))
        }
        entries.sort { $0.first < $1.first }
    }

    /// Adds a segment behind all others.
    mutating func append(_ entry: Entry) {
        entries.append(entry)
    }

    /// Puts the result of a merge in the place of what was merged.
    mutating func replace(_ numbers: Set<UInt32>, by entry: Entry) {
        let place = entries.firstIndex { numbers.contains($0.number) } ?? entries.count
        entries.removeAll { numbers.contains($0.number) }
        entries.insert(entry, at: min(place, entries.count))
    }

    /// The dead bytes of the segments with these numbers.
    func deadBytes(of numbers: Set<UInt32>) -> UInt64 {
        entries.reduce(0) { numbers.contains($1.number) ? $0 &+ $1.deadBytes : $0 }
    }

    /// Adds bytes that belong to streams that are gone.
    mutating func addDead(_ bytes: [UInt32: UInt64]) {
        guard !bytes.isEmpty else { return }
        for index in entries.indices {
            entries[index].deadBytes &+= bytes[entries[index].number] ?? 0
        }
    }
}
