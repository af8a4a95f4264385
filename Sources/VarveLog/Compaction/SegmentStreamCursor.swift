/// What a segment says of its streams, one after the other, by id. Memory is bounded.
///
/// Thread rule: one thread, which waits for the disk.
struct SegmentStreamCursor {
    private let file: SegmentFile
    private var nextGroup = 0
    private var streams: [SegmentStream] = []
    private var place = 0

    /// Before the first stream of a segment.
    init(_ file: SegmentFile) {
        self.file = file
    }

    /// The next stream; nil behind the last one.
    mutating func peek() throws(LogError) -> SegmentStream? {
        while place == streams.count {
            guard nextGroup < file.groupCount else { return nil }
            let last = streams.last?.record.id.rawValue ?? 0
            streams = try file.streams(ofGroup: nextGroup)
            nextGroup += 1
            place = 0
            var before = last
            for stream in streams {
                guard stream.record.id.rawValue > before else {
                    throw file.damage(
                        file.footer.streamsOffset, file.footer.streamsBytes,
                        "streams are not in ascending order")
                }
                before = stream.record.id.rawValue
            }
        }
        return streams[place]
    }

    /// Takes the next stream.
    mutating func next() throws(LogError) -> SegmentStream? {
        guard let stream = try peek() else { return nil }
        place += 1
        return stream
    }
}
