/// Which segments to merge next.
///
/// Eight neighbours become one if the largest of them has at most a quarter of their bytes; more,
/// if there are no such eight. So whenever a byte is written again its segment grows fourfold at
/// least, and mostly eightfold. A segment of which half is dead is written again by itself. A tiny
/// one, as a shutdown leaves it, joins its successor.
struct CompactionPlan {
    /// How many neighbours are merged, if that many are alike; else twice as many, and so on.
    static let fanIn = 8
    /// The most segments that are merged into one.
    private static let countMax = 64
    /// How many times the bytes of its largest segment a merge has at least.
    private static let growth: UInt64 = 4
    /// Below this a segment joins its successor, if that one is larger.
    private static let tinyBytes: UInt64 = 1 << 20
    /// A larger successor is not written again for a tiny segment.
    private static let absorbingBytesMax: UInt64 = 64 << 20
    /// Fewer dead bytes are not worth a merge by themselves.
    private static let deadBytesMin: UInt64 = 1 << 20

    /// Merges whose inputs together are larger are not made.
    let bytesMax: UInt64

    /// The places of the segments to merge next; nil when all is as it should be.
    func next(_ segments: [SegmentTable.Entry]) -> Range<Int>? {
        if let dead = segments.firstIndex(where: { isHalfDead($0) }) { return dead..<dead + 1 }
        return cheapest(segments) ?? tiny(segments)
    }

    /// The merges that leave as few segments as the limit allows, the oldest first: for somebody
    /// who wants the space now.
    func all(_ segments: [SegmentTable.Entry]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start < segments.count {
            var end = start + 1
            var bytes = segments[start].bytes
            while end < segments.count, end - start < Self.countMax,
                bytes + segments[end].bytes <= bytesMax
            {
                bytes += segments[end].bytes
                end += 1
            }
            if end - start > 1 || segments[start].deadBytes > 0 { ranges.append(start..<end) }
            start = end
        }
        return ranges
    }

    private func isHalfDead(_ segment: SegmentTable.Entry) -> Bool {
        segment.deadBytes >= Self.deadBytesMin && segment.deadBytes >= segment.bytes / 2
    }

    /// Of the neighbours that may be merged the fewest, and of those the ones with the fewest
    /// bytes.
    private func cheapest(_ segments: [SegmentTable.Entry]) -> Range<Int>? {
        var count = Self.fanIn
        while count <= min(Self.countMax, segments.count) {
            var best: (range: Range<Int>, bytes: UInt64)?
            for start in 0...segments.count - count {
                let range = start..<start + count
                let bytes = segments[range].reduce(0) { $0 + $1.bytes }
                let largest = segments[range].reduce(0) { max($0, $1.bytes) }
                guard bytes <= bytesMax, largest <= bytes / Self.growth else { continue }
                if bytes < best?.bytes ?? .max { best = (range, bytes) }
            }
            if let best { return best.range }
            count *= 2
        }
        return nil
    }

    /// The last tiny segment before one that is not, and that one.
    private func tiny(_ segments: [SegmentTable.Entry]) -> Range<Int>? {
        let first = segments.indices.dropLast().last { index in
            segments[index].bytes < Self.tinyBytes && segments[index + 1].bytes >= Self.tinyBytes
                && segments[index + 1].bytes <= Self.absorbingBytesMax
        }
        return first.map { $0..<$0 + 2 }
    }
}
